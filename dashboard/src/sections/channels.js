// The ways out of a server: which there are, and how each one is.
import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { may } from '../data/roles.js';
import { source } from '../data/sources.js';
import { state } from '../data/state.js';
import { panel } from '../ui/panel.js';
import { agoTime, foreign } from '../ui/widgets.js';
import { stateMark } from './alert-parts.js';
import { addressOf, channelState } from './channel-words.js';

export const channelsPanel = () =>
  panel({
    name: 'channels',
    title: 'Channels',
    width: 'wide-12',
    note: 'Where alerts are sent besides this page',
    tools: may('admin') ? html`<a class="button" href="#channel/new">Add a channel</a>` : nothing,
    source: source('channels'),
    body: ({ channels, kinds }) =>
      channels.length > 0
        ? html`<ul class="alerts">${repeat(
            channels,
            ({ id }) => id,
            (each) => entry(each, kinds),
          )}</ul>`
        : nothingYet(),
  });

const nothingYet =
  () => html`<p class="empty">No channel yet, so alerts are told on this page only. Discord, Slack, e-mail, a webhook or
  those on call can be told too. ${may('admin') ? 'Add a channel: each kind says step by step how it is set up, and a test can be sent before it is saved.' : 'Admins and owners can add one.'}</p>`;

function entry(channel, kinds) {
  const { mark, words, tone, why } = channelState(channel, state.nowMs);
  const kind = kinds.find((each) => each.kind === channel.kind)?.label ?? channel.kind;
  return html`<li>
    <div class="alert-what">
      <p class="alert-head">${stateMark(mark, words, tone)} <a href="#channel/${channel.id}">${foreign(channel.name)}</a></p>
      <p class="small muted">${kind} · ${foreign(addressOf(channel) || 'no address')}${why ? ` · ${why}` : ''} · ${channel.last_ok_at ? html`last success ${agoTime(channel.last_ok_at, state.nowMs)}` : 'nothing was sent yet'}</p>
    </div>
  </li>`;
}
