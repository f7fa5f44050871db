// What the access log calls the things that were read, as people call them.

const NAMES = {
  overview: 'Overview',
  metrics: 'Messages and violations over time',
  health: 'Health',
  violations: 'List of violations',
  'top-offenders': 'Top offenders',
  'rule-effectiveness': 'Rules',
  'temporal-analytics': 'Heat map',
  moderators: 'Moderators',
  warnings: 'Warnings',
  appeals: 'Appeals',
  rules: 'Rules text',
  config: 'Settings',
  roles: 'Roles',
  'audit-log': 'Audit log',
  'access-log': 'Access log',
  incidents: 'Raids',
  schedules: 'Scheduled reports',
  'schedules runs': 'Runs of a report',
  'export history': 'Exports',
  'export storage': 'Room that exports take',
  'export download': 'The file of an export',
  'export manifest': 'What the file of an export is',
  'violations export': 'Violations as a file',
};
// One of a list.
const ONE = {
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
