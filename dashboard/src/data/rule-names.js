// Rules by their keys: in addresses a long name would be too long.

const LONGEST = 200; // of a name in an address, as it is written there
const names = new Map(); // key -> name

/** Remember the rules of an answer: `{rule_name, rule_hash}`. */
export function learnRules(rules) {
  for (const { rule_name: name, rule_hash: key } of rules) if (key) names.set(key, name);
}

/** The name that belongs to a key, or null where it was not heard yet. */
export const nameOfRule = (key) => names.get(key) ?? null;

/** The filters for the violations of one rule: by its name, or by its key where the name is long. */
export function filterOfRule(name) {
  const key = [...names.keys()].find((each) => names.get(each) === name);
  const isLong = encodeURIComponent(name).length > LONGEST;
  return isLong && key ? { rule: '', rule_hash: key } : { rule: name, rule_hash: '' };
}
