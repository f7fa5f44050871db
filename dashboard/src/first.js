// Stands in the page itself and runs before the first paint, while all else is still on the way; and once more, as a
// file, in a worker. Kept tiny.
{
  // A block, as what is declared here is for nobody else.

  const ALWAYS = ['overview', 'notifications?limit=50'];

  /** Asks for what the first screen shows, as session.js and sources.js would; taken by data/api.js. */
  const askEarly = (guildId, period) => {
    const paths = ['/auth/me', '/servers'];
    if (guildId) {
      // The day's figures are in the overview.
      const apart = ['hour', 'week', 'month'].includes(period) ? ['health', 'metrics'] : [];
      for (const path of [...apart.map((each) => `${each}?period=${period}`), ...ALWAYS])
        paths.push(`/servers/${encodeURIComponent(guildId)}/${path}`);
    }
    window.modwatchAsked = new Map(paths.map((path) => [path, ask(path)]));
  };

  const ask = (path) => {
    const byItself = path.includes('/notifications') && { 'Modwatch-Renewal': '1' };
    const answer = fetch(`api/v1${path}`, {
      headers: { Accept: 'application/json', ...byItself },
      cache: 'no-store',
      signal: AbortSignal.timeout(15_000),
    });
    answer.catch(() => {}); // told by whoever takes it
    return answer;
  };

  const kept = (name) => {
    try {
      return localStorage.getItem(`modwatch.${name}`);
    } catch {
      return null; // Storage may be forbidden; the system's theme is then the right one.
    }
  };

  const beginPage = () => {
    // A chosen theme never flashes the other one.
    const theme = kept('theme');
    if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
    const address = new URLSearchParams(location.search);
    askEarly(address.get('guild') ?? kept('guild'), address.get('period') ?? kept('period'));
    new Worker(document.currentScript.dataset.again);
  };

  /**
   * A browser gathers what it knows of languages when Intl is first used, once for all its threads. On a phone
   * that takes 0.1 s, in which the page could not react: so it happens in a worker, beside the page, which needs it later.
   */
  const warmIntl = () => {
    new Intl.NumberFormat().format(0);
    new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' }).format(0);
    close();
  };

  if (globalThis.document) beginPage();
  else warmIntl();
}
