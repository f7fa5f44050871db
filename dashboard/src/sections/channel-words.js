// What is said of channels: how they are, what a test brought, and which of a form's fields were refused.
import { capital, count } from '../ui/words.js';

export const PRIORITIES = [
  ['low', 'Everything'],
  ['medium', 'Medium and above'],
  ['high', 'High and critical'],
  ['critical', 'Critical only'],
];

const REASONS = {
  no_such_host: 'there is no host of this name',
  address_not_allowed: 'the address leads into a network that is not allowed',
  refused: 'nothing listens there',
  connect_timeout: 'no connection in time',
  tls: 'the connection could not be made secure',
  timeout: 'no answer in time',
  connection_cut: 'the connection was cut',
  not_confirmed: 'the answer was not the provider’s own yes',
  message_gone: 'the message is gone',
  webhook_deleted: 'the webhook was deleted',
  webhook_token_wrong: 'the webhook’s address is not valid any more',
  too_long: 'the provider found it too long',
  too_large: 'it is larger than the provider takes',
  message_refused: 'the provider did not accept it as it is',
  channel_is_archived: 'the channel was archived',
  no_service: 'the webhook was removed, or switched off',
  no_mail_server: 'this Modwatch has no mail server',
  settings_unreadable: 'its settings cannot be read any more; enter them again',
};

/** The one word of the API as words: "http_404" is what the provider answered. */
export function reasonWords(reason) {
  const status = /^http_(\d+)$/.exec(reason ?? '');
  if (status) return `the provider answered ${status[1]}`;
  return REASONS[reason] ?? (reason ?? '').replaceAll('_', ' ');
}

/** Why something was or was not sent, as a sentence: a provider's own reason comes as one word. */
export const because = ({ reason, text }) =>
  text.endsWith('.') ? text : `${capital(reasonWords(reason))}.`;

/** How a channel is, as `{mark, words, tone, why}`. */
export function channelState(channel, nowMs) {
  const why = reasonWords(channel.last_failure);
  if (!channel.enabled)
    return { mark: 'off', words: 'Off', tone: 'none', why: 'nothing is sent there' };
  if (channel.state === 'broken')
    return {
      mark: 'broken',
      words: 'Broken',
      tone: 'high',
      why: `${why}; change it, or enter it anew`,
    };
  if (channel.blocked_until && Date.parse(channel.blocked_until) > nowMs)
    return { mark: 'failing', words: 'Waiting', tone: 'medium', why: 'its provider asked to wait' };
  if (channel.state === 'failing')
    return { mark: 'failing', words: 'Failing', tone: 'medium', why: `${why}; it is tried again` };
  return { mark: 'ok', words: channel.last_ok_at ? 'Works' : 'Ready', tone: 'good', why: '' };
}

/** The address, mail addresses or key of a channel as it is shown, masked by the server. */
export const addressOf = ({ settings }) =>
  ['url', 'addresses', 'routing_key', 'api_key', ...Object.keys(settings)]
    .map((name) => settings[name])
    .filter((value) => value?.length > 0)
    .map((value) => [value].flat().join(', '))[0] ?? '';

const OUTCOMES = {
  sent: ['good', 'It arrived.'],
  not_sent: ['high', 'It surely did not arrive'],
  in_doubt: ['medium', 'It may have arrived'],
  wait: ['medium', 'It did not arrive: the provider asks to wait'],
  dead: ['high', 'It was refused, and would be again'],
};

/** What a test brought, as [tone, sentence]. */
export function testWords({ outcome, reason, http_status: status, took_ms: tookMs }) {
  const [tone, words] = OUTCOMES[outcome] ?? ['none', outcome];
  const why = outcome === 'sent' ? '' : `: ${reasonWords(reason)}.`;
  const answered = status === null ? 'After' : `Status ${status} after`;
  return [tone, `${words}${why} ${answered} ${count(tookMs)} ms.`];
}

/** What was refused as `{field: sentence}`: those of the settings stand beside the others. */
export function refusedFields(fields) {
  const named = (each) =>
    Object.entries(each).map(([name, messages]) => [name, [messages].flat().join(' ')]);
  const { settings = {}, ...others } = fields;
  const ofSettings =
    Array.isArray(settings) || typeof settings === 'string' ? { settings } : settings;
  return Object.fromEntries([...named(others), ...named(ofSettings)]);
}

const lines = (text) =>
  text
    .split(/[\s,]+/)
    .map((each) => each.trim())
    .filter(Boolean);

/** The settings as the API takes them, of what was typed; of a new channel empty ones that may be are left out. */
export function typedSettings(fields, typed, isNew) {
  const values = fields
    .filter(({ name }) => isNew || name in typed)
    .map(({ name, is_list: isList, default: usual }) => {
      const text = (typed[name] ?? usual ?? '').trim();
      return [name, isList ? lines(text) : text];
    });
  return Object.fromEntries(values.filter(([, value]) => !isNew || value.length > 0));
}
