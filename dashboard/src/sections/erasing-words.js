// What erasing leaves, and what it did, in words.
import { plural } from '../ui/words.js';

export function stayingWords(total) {
  if (total === 0) return 'No violation of theirs is on record.';
  return total === 1
    ? 'Their one violation stays, without saying whose it was.'
    : `Their ${plural(total, 'violation')} stay, without saying whose they were.`;
}

/** Before it is done: what it does not reach. */
export function mailedWords(addresses) {
  return `Reports went out by mail to ${plural(addresses, 'address', 'addresses')}: those cannot be called back.`;
}

/** `mailed_to`: addresses that got reports before, which nobody calls back. */
export function erasedWords({ anonymised_violations: violations, mailed_to: addresses }) {
  const done = `Erased. ${plural(violations, 'violation')} ${violations === 1 ? 'is' : 'are'} anonymous now.`;
  if (addresses === 0) return done;
  return `${done} Reports went out by mail to ${plural(addresses, 'address', 'addresses')} before: those cannot be called back.`;
}
