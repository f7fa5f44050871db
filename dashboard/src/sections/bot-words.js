// What the bot was told of decisions, in words.

const KINDS = {
  'warnings.clear': () => 'Warnings of a member cleared',
  'warnings.bulk_clear': ({ user_ids }) =>
    `Warnings of ${user_ids?.length === 1 ? 'one member' : `${user_ids?.length ?? 'several'} members`} cleared`,
  'rules.update': () => 'New rules text',
  'rules.delete': () => 'Rules text removed',
  'config.update': () => 'New settings',
  'appeals.decide': ({ status }) => (status === 'approved' ? 'Appeal granted' : 'Appeal denied'),
};

/** What was decided. */
export const deed = ({ kind, data }) => KINDS[kind]?.(data ?? {}) ?? kind;

const STATES = {
  waiting: ['snoozed', 'The bot has not asked yet', 'none'],
  told: ['acknowledged', 'The bot was told', 'accent'],
  done: ['resolved', 'Done', 'good'],
  failed: ['broken', 'Could not', 'high'],
  superseded: ['off', 'A later one took its place', 'none'],
};

/** Mark, words and tone of how far it has come. */
export const progress = ({ state }) => STATES[state] ?? ['off', state, 'none'];

/** When it came that far. */
export const since = ({ ended_at, told_at, decided_at }) => ended_at ?? told_at ?? decided_at;
