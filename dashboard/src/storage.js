// localStorage that may be absent or forbidden: the page works the same, it only forgets.

const PREFIX = 'modwatch.';

export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Forbidden or full: the choice holds until the page is closed.
  }
}
