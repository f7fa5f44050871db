// What the health score is made of, and what would raise it.
import { count } from '../ui/words.js';

const FREE = { rate: 0.005, escalation: 0.1 }; // as domain/health.py has them: of messages, and of violations

/** What costs most, and from where on it would cost nothing. */
export function healthRelief({ health, metrics }) {
  const base = '100 less these points, rounded down.';
  const { violation_rate: rate, response_time: time, escalation } = health.penalties;
  const most = Math.max(rate, time, escalation);
  if (most === 0 || !metrics) return base;
  return words(most === escalation ? 'escalation' : most === rate ? 'rate' : 'time', metrics);
}

function words(worst, { violations_total: violations, messages_processed: messages }) {
  if (worst === 'time') return 'Within 100 ms on average, the response would cost nothing.';
  if (worst === 'rate')
    return `With ${count(Math.floor(FREE.rate * messages))} violations instead of ${count(violations)}, their rate would cost nothing.`;
  const free = Math.floor(FREE.escalation * violations);
  return `Up to ${count(free)} kicks and bans would cost nothing. Those of a raid count as well.`;
}
