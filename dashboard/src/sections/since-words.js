// What happened while the reader was away, in few words.
import { plural } from '../ui/words.js';

/** The parts of one line, what matters most in front; none when nothing happened. */
export function sinceParts(meanwhile) {
  const { incidents_count: raids, alerts_opened: alerts, appeals_waiting: appeals } = meanwhile;
  const changes = meanwhile.changes.reduce((sum, { times }) => sum + times, 0);
  return [
    raids > 0 ? plural(raids, 'raid') : '',
    healthWords(meanwhile),
    alerts > 0 ? plural(alerts, 'alert') : '',
    appeals > 0 ? `${plural(appeals, 'appeal')} ${appeals === 1 ? 'waits' : 'wait'}` : '',
    changes > 0 ? `${plural(changes, 'change')} by others` : '',
  ].filter(Boolean);
}

/** "health 92 to 74", nothing where it is the same or not known on either side. */
export function healthWords({ health_before: before, health_now: now }) {
  return before === null || now === null || before === now ? '' : `health ${before} to ${now}`;
}
