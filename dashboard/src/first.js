// Runs before the first paint. Kept tiny and blocking.
try {
  // A chosen theme never flashes the other one.
  const theme = localStorage.getItem('modwatch.theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme is then the right one.
}
// By the time the figures come, the browser can write numbers and dates.
new Worker(document.currentScript.dataset.formats);
