// Storage that may be absent or forbidden: the page works the same, it only forgets.

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

/** What this tab was told to keep across reloads; null if nothing. */
export function keptForTab(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

export function keepForTab(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Forbidden or full: it holds until the page is left.
  }
}
