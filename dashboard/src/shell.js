// The frame: rail with server picker and sections, head with period and account, the sections themselves.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { account } from './account.js';
import { feedPanel } from './feed.js';
import { figuresPanel } from './figures.js';
import { firstEvent } from './first-event.js';
import { healthPanel } from './health.js';
import { heatmapPanel } from './heatmap.js';
import { icons, mark } from './icons.js';
import { moderatorsPanel } from './moderators.js';
import { momentsPanel } from './moments.js';
import { offendersPanel } from './offenders.js';
import { failed } from './panel.js';
import { choice } from './parts.js';
import { rulesPanel } from './rules.js';
import { watchSection } from './sections.js';
import { seriesPanel } from './series.js';
import { source } from './sources.js';
import { splitPanels } from './splits.js';
import { PERIODS, server, state } from './state.js';
import { status } from './status.js';
import { violationsPanel } from './violations.js';
import { capital } from './words.js';

const SECTIONS = [
  ['overview', 'Overview', overviewPanels],
  ['violations', 'Violations', violationsPanel],
  ['people', 'People', () => [offendersPanel(), moderatorsPanel()]],
  ['rules', 'Rules', rulesPanel],
  ['time', 'Time', () => [heatmapPanel(), momentsPanel()]],
];

/** `actions` are `{chooseServer(id), choosePeriod(period), logOut()}`. */
export function shell(actions) {
  return html`<a class="skip" href="#overview">Skip to the figures</a>
  <div class="shell">
    <aside class="rail" aria-label="Server">
      <p class="brand">${mark}Modwatch</p>
      ${picker(actions.chooseServer)}
      ${navigation()}
      ${status()}
    </aside>
    <header class="head">
      <h1 class="cut">${server()?.name ?? 'No server'}</h1>
      ${choice({ label: 'Period', options: PERIODS.map((each) => [each, capital(each)]), chosen: state.period, choose: actions.choosePeriod })}
      ${account(actions.logOut)}
    </header>
    <main class="content" id="main">${server() ? SECTIONS.map(section) : noServer()}</main>
  </div>`;
}

function picker(chooseServer) {
  return html`<label class="picker"><span class="hidden">Server</span>
    <select class="select" .value=${state.guildId ?? ''} @change=${(event) => chooseServer(event.target.value)}>
      ${state.servers.map(({ id, name, bot_present: present }) => html`<option value=${id} ?selected=${id === state.guildId}>${name}${present ? '' : ' (no bot)'}</option>`)}
    </select>
  </label>`;
}

function navigation() {
  return html`<nav class="sections" aria-label="Sections">
    ${SECTIONS.map(([id, name]) => html`<a href="#${id}" aria-current=${state.section === id ? 'true' : nothing}>${icons[id]}<span>${name}</span></a>`)}
  </nav>`;
}

function section([id, , panels]) {
  return html`<div class="section grid" id=${id} tabindex="-1" ${ref(watchSection)}>${panels()}</div>`;
}

function overviewPanels() {
  return [sharedFailure(), nothingEver() ? firstEvent() : nothing, healthPanel(), figuresPanel(), seriesPanel(), feedPanel(), splitPanels()];
}

function sharedFailure() {
  const overview = source('overview');
  return overview.error ? html`<div class="wide-12">${failed(overview, 'overview')}</div>` : nothing;
}

/** True when the overview shows that nothing has been received, not merely a quiet day. */
function nothingEver() {
  const { data } = source('overview');
  return Boolean(data) && data.latest_violations.length === 0 && data.metrics.messages_processed + data.metrics.violations_total === 0;
}

function noServer() {
  return html`<section class="panel"><header class="panel-head"><h2>No server to show</h2></header>
    <p class="prose">Your account has no role in a server that Modwatch knows. A server's owner or an administrator
      can give you one; then choose it at the top left.</p></section>`;
}
