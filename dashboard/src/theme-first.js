// Runs before the first paint, so that a chosen theme never flashes the other one. Kept tiny and blocking.
try {
  const theme = localStorage.getItem('modwatch.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme is then the right one.
}
