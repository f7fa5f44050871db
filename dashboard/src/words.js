// Numbers and what they mean, in words.
import { lazily } from './time.js';

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
export const DETECTION_WORDS = { regex: 'Pattern', ai: 'AI', automod: 'AutoMod', manual: 'By hand', raid: 'Raid' };
export const ACTION_WORDS = {
  warning: 'Warning', timeout: 'Timeout', kick: 'Kick', ban: 'Ban', other: 'Other', none: 'No action',
};
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Response times in the unit that fits: "90 ms", "1.4 s", "4.3 min". */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${whole.format(milliseconds)} ms`;
  if (milliseconds < 100_000) return `${single.format(milliseconds / 1000)} s`;
  return `${single.format(milliseconds / 60_000)} min`;
}

/** "12 % more than the day before". A change of 0 may also mean there is nothing to compare with. */
export function changeWords(changePercent, before) {
  if (changePercent === 0) return `No change to report from ${before}`;
  return `${percent(Math.abs(changePercent))} ${changePercent > 0 ? 'more' : 'fewer'} than ${before}`;
}

export function pointsWords(points, before) {
  if (points === 0) return `No change from ${before}`;
  return `${plural(Math.abs(points), 'point')} ${points > 0 ? 'up on' : 'down on'} ${before}`;
}

/** A member's name; null means it is being looked up. */
export function memberName({ username, user_id: userId }) {
  return username ?? `Member …${String(userId).slice(-6)}`;
}

export const LEVEL_WORDS = ['No warnings', 'First warning', 'Second warning', 'Timed out', 'Kicked', 'Banned'];
