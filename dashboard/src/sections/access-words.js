// What the access log calls the things that were read, as the page calls them.

const NAMES = {
  overview: 'Overview',
  metrics: 'Messages and violations over time',
  'chart.png': 'Messages and violations over time, as a picture',
  health: 'Health',
  violations: 'List of violations',
  'top-offenders': 'Top offenders',
  'rule-effectiveness': 'Rules',
  'temporal-analytics': 'Heat map',
  moderators: 'Moderators',
  warnings: 'Warnings',
  appeals: 'Appeals',
  'bot-changes': 'Decisions for the bot',
  rules: 'Rules text',
  config: 'Settings',
  roles: 'Roles',
  'choices roles': 'Roles, to choose from',
  'choices members': 'Members, to choose from',
  tokens: 'Tokens',
  usage: 'Usage',
  channels: 'Channels',
  'audit-log': 'Audit log',
  'access-log': 'Who looked at what',
  incidents: 'Raids',
  'incidents members': 'A raid',
  'incidents chart.png': 'A raid, as a picture',
  alerts: 'Alerts',
  'alerts trail': 'An alert',
  notifications: 'Notifications',
  'notifications decisions': 'Why a notification was sent or not',
  'notification-preferences': 'What is told',
  'notification-preferences explain': 'What would be told',
  deliveries: 'Deliveries',
  schedules: 'Scheduled reports',
  'schedules runs': 'A report',
  'export history': 'Exports',
  'export storage': 'Exports',
  'export download': 'The file of an export',
  'export manifest': 'What the file of an export is',
  'violations export': 'Violations as a file',
};
// One of a list.
const ONE = {
  alerts: 'An alert',
  violations: 'A violation',
  warnings: 'A member',
  incidents: 'A raid',
  schedules: 'A report',
  export: 'An export',
};

/** `/api/v1/servers/<guild_id>/violations/<id>` as "A violation"; what has no name here by its address. */
export function whatWords(route) {
  const [noun, ...rest] = route.replace(/^\/api(\/v1)?\/servers\/<[^>]*>\//, '').split('/');
  if (rest.length === 1 && rest[0].startsWith('<') && ONE[noun]) return ONE[noun];
  const parts = [noun, ...rest.filter((part) => !part.startsWith('<'))].join(' ');
  return NAMES[parts] ?? capital(parts);
}

const capital = (text) => (text.charAt(0).toUpperCase() + text.slice(1)).replaceAll('-', ' ');

/**
 * Rows of the log, one for each thing that a person opened within an hour, however many answers show it. What an open
 * page read by itself is together in one row `byItself`, with the names of all that nobody opened.
 */
export function openedRows(entries) {
  const rows = new Map();
  for (const entry of entries) {
    const times = entry.count - entry.renewals;
    const words = whatWords(entry.what);
    const key = `${entry.hour} ${entry.reader} ${times > 0 ? words : ''}`;
    const row = rows.get(key) ?? { ...entry, words: new Set(), times: 0, byItself: times <= 0 };
    row.words.add(words);
    // Answers that are shown together are opened together.
    row.times = Math.max(row.times, times);
    row.last_at = row.last_at > entry.last_at ? row.last_at : entry.last_at;
    rows.set(key, row);
  }
  return [...rows.values()].map((row) => ({ ...row, words: [...row.words].join(', ') }));
}
