// Numbers and what they mean, in words.
import { lazily } from './time.js';
import { isUnseen } from './foreign-text.js';

const numbers = (options) => lazily(() => new Intl.NumberFormat(undefined, options));
const whole = numbers({ maximumFractionDigits: 0 });
const fine = numbers({ maximumFractionDigits: 2 });
const single = numbers({ maximumFractionDigits: 1 });
const compact = numbers({ notation: 'compact', maximumFractionDigits: 1 });

export const count = (value) => whole.format(value);
export const decimal = (value) => fine.format(value);
export const tenth = (value) => single.format(value);
export const brief = (value) => compact.format(value);
export const percent = (value) => `${single.format(value)} %`;

export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export const SEVERITIES = ['high', 'medium', 'low'];
export const DETECTIONS = ['automod', 'regex', 'ai', 'manual', 'raid'];
export const DETECTION_WORDS = {
  regex: 'Pattern',
  ai: 'AI',
  automod: 'AutoMod',
  manual: 'By hand',
  raid: 'Raid',
};
export const ACTION_WORDS = {
  warning: 'Warning',
  timeout: 'Timeout',
  kick: 'Kick',
  ban: 'Ban',
  other: 'Other',
  none: 'No action',
};
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** What is offered to choose from, complete: what is stored may be older or newer than the list. */
export const choices = (offered, ...stored) => [
  ...new Set([...offered, ...stored.filter((value) => value !== null && value !== '')]),
];

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Response times in the unit that fits: "90 ms", "1.4 s", "4.3 min". */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${whole.format(milliseconds)} ms`;
  if (milliseconds < 100_000) return `${single.format(milliseconds / 1000)} s`;
  return `${single.format(milliseconds / 60_000)} min`;
}

const MANY_TIMES = 3;

/** "12 % more than the day before"; of a multiple, how often: "24 times as many as the day before". */
export function changeWords(now, was, before) {
  if (was === 0) return `None ${before}${now === 0 ? ' either' : ''}`;
  const times = now / was;
  if (times >= MANY_TIMES)
    return `${(times < 10 ? single : whole).format(times)} times as many as ${before}`;
  const change = Math.round(1000 * (times - 1)) / 10;
  if (change === 0) return `As many as ${before}`;
  return `${percent(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than ${before}`;
}

/** Shares of the whole in percent, to a tenth, that add up to 100: what rounding leaves goes to the largest remainders. */
export function shares(counts) {
  const total = counts.reduce((sum, each) => sum + each, 0);
  const exact = counts.map((each) => (total > 0 ? (1000 * each) / total : 0));
  const tenths = exact.map(Math.floor);
  const left = total > 0 ? 1000 - tenths.reduce((sum, each) => sum + each, 0) : 0;
  const remainder = (at) => exact[at] - tenths[at];
  const places = [...counts.keys()].sort((one, other) => remainder(other) - remainder(one));
  for (const at of places.slice(0, left)) tenths[at] += 1;
  return tenths.map((each) => each / 10);
}

export function pointsWords(points, before) {
  if (points === 0) return `No change from ${before}`;
  return `${plural(Math.abs(points), 'point')} ${points > 0 ? 'up on' : 'down on'} ${before}`;
}

/** A member's name; null means it is being looked up. One that cannot be seen is as good as none. */
export function memberName({ username, user_id: userId }) {
  return username && !isUnseen(username) ? username : `Member …${String(userId).slice(-6)}`;
}

export const LEVEL_WORDS = [
  'No warnings',
  'First warning',
  'Second warning',
  'Timed out',
  'Kicked',
  'Banned',
];
