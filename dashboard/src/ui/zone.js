// Whose clock the page goes by: one choice for all of it, kept by the browser.
import { state, update } from '../data/state.js';
import { remember } from '../data/storage.js';
import { showIn } from '../data/zone.js';

export const ZONES = [
  ['mine', 'My time'],
  ['server', 'Server’s'],
  ['UTC', 'UTC'],
];
const WORDS = { mine: 'your time', server: 'server time' };
export const zoneWords = () => WORDS[state.zone] ?? state.zone;

export function chooseZone(zone) {
  remember('zone', zone);
  update({ zone });
}

/** `timezone` is the server's, undefined while it is not known. */
export const followZone = (timezone) => showIn({ server: timezone, UTC: 'UTC' }[state.zone]);
