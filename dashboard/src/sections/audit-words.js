// What was done, as the audit log says it to people.
import { capital } from '../ui/words.js';

const ACTIONS = {
  'database.restored': 'Put back from a backup',
  'rules.update': 'Changed the rules text',
  'rules.delete': 'Removed the rules text',
  'config.update': 'Changed settings',
  'roles.assign': 'Gave a role',
  'roles.remove': 'Took a role away',
  'warnings.clear': 'Cleared a member’s warnings',
  'warnings.bulk_clear': 'Cleared old warnings',
  'appeals.decide': 'Decided an appeal',
  'tokens.create': 'Made a token',
  'tokens.revoke': 'Revoked a token',
  'members.erase': 'Erased a member’s data',
  'violations.export': 'Downloaded violations',
  'alerts.acknowledge': 'Acknowledged an alert',
  'alerts.snooze': 'Snoozed an alert',
  'exports.create': 'Had an export made',
  'exports.delete': 'Removed an export',
  'exports.cancel': 'Cancelled an export',
  'alerts.tell': 'Told a channel of an alert',
  'alerts.resolve': 'Resolved an alert',
  'incidents.take': 'Began to look after a raid',
  'incidents.leave': 'Left a raid to others',
  'incidents.note': 'Wrote a note about a raid',
  'incidents.clear_warnings': 'Cleared the warnings of a raid’s members',
  'deliveries.retry': 'Tried a delivery again',
  'notification_preferences.update': 'Changed notification preferences',
  'channels.create': 'Added a channel',
  'channels.update': 'Changed a channel',
  'channels.delete': 'Removed a channel',
  'channels.rotate_secret': 'Renewed a channel’s secret',
  'channels.test': 'Tested a channel',
  'channels.unsubscribe': 'An address stopped a channel’s mails',
  'channels.subscribe_again': 'An address wants a channel’s mails again',
  'schedules.create': 'Planned a report',
  'schedules.update': 'Changed a report',
  'schedules.delete': 'Removed a report',
  'schedules.run': 'Had a report made and sent',
  'schedules.test': 'Tested a report',
  'schedules.forget': 'Deleted the record of a report',
  'schedules.rotate_secret': 'Renewed the secret of a report’s webhook',
  'schedules.unsubscribe': 'An address stopped a report',
  'schedules.subscribe_again': 'An address wants a report again',
};

/** What was done; a name that is not known yet as it stands. */
export const actionName = (action) => ACTIONS[action] ?? capital(action.replaceAll(/[._]/g, ' '));

const BY_LINK = /\.(unsubscribe|subscribe_again)$/;

/** Who did what no person did who is known: whoever has a mail's link, who runs this Modwatch, or a program. */
export function nobodyWords({ action, details }) {
  if (details?.token_id) return 'An API token';
  if (BY_LINK.test(action)) return 'By the link in a mail';
  return details?.by === 'operator' || action === 'database.restored'
    ? 'The operator'
    : 'Not known';
}
