// The frame: rail with server picker and sections, head with period and account, the sections themselves.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { repeat } from 'lit-html/directives/repeat.js';
import { account } from './account.js';
import { askDialog } from './ask.js';
import { icons, mark } from './icons.js';
import { drawLater } from './later.js';
import { bell } from './notice-list.js';
import { unread } from './notices.js';
import { overviewPanels } from './overview.js';
import { choice } from './parts.js';
import { readDue } from './reads.js';
import { isDrawn, watchSection } from './sections.js';
import { sections } from './sections-list.js';
import { sheet } from './sheet.js';
import { readsOf, refresh, source } from './sources.js';
import { PERIODS, server, state } from './state.js';
import { status } from './status.js';
import { clockTime } from './time.js';
import { toastCorner } from './toasts.js';
import { brief, capital } from './words.js';

/** `actions` are `{chooseServer(id), choosePeriod(period), logOut(), refreshAll()}`. */
export function shell(actions) {
  return html`<a class="skip" href="#main">Skip to the figures</a>
  <div class="shell">
    <aside class="rail" aria-label="Server and sections">
      <p class="brand">${mark}Modwatch</p>
      ${picker(actions.chooseServer)}
      ${navigation()}
      ${status()}
    </aside>
    <header class="head">
      <h1 class="cut">${server()?.name ?? 'No server'}</h1>
      ${choice({ label: 'Period', options: PERIODS.map((each) => [each, capital(each)]), chosen: state.period, choose: actions.choosePeriod })}
      ${bell()}
      ${account(actions.logOut)}
    </header>
    <main class="content" id="main" tabindex="-1">${server() ? repeat(sections(), ({ id }) => id, section) : noServer()}</main>
  </div>
  ${sheet()}${askDialog()}${state.sheet ? nothing : toastCorner()}`;
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
    ${sections().map(({ id, name, tab }) => html`<a href="#${id}" class=${tab ? '' : 'rail-only'} aria-current=${state.section === id ? 'true' : nothing}>${icons[id]}<span>${name}</span>${counted(id)}</a>`)}
    <a href="#more" class="tab-only" aria-haspopup="dialog" aria-current=${sections().some(({ id, tab }) => id === state.section && !tab) ? 'true' : nothing}>${icons.more}<span>More</span></a>
  </nav>`;
}

const COUNTED = {
  violations: () => [source('metrics').data?.violations_total, 'in the period'],
  people: () => [source('appeals').data?.appeals.length, 'waiting appeals'],
  alerts: () => [unread(), 'unread'],
};

/** What stands behind a section's name in the rail: a number worth knowing without going there. */
function counted(id) {
  const [value, words] = COUNTED[id]?.() ?? [];
  if (!value) return nothing;
  return html`<span class="counted" title="${value} ${words}">${brief(value)}<span class="hidden"> ${words}</span></span>`;
}

function section({ id, name }) {
  return html`<section class="section" id=${id} tabindex="-1" aria-labelledby="section-${id}" ${ref(watchSection)}>
    <header class="section-head">
      <h2 id="section-${id}">${name}</h2>
      ${refreshed(id, name)}
    </header>
    <div class="grid">${isDrawn(id) ? panels(id) : waiting(id)}</div>
  </section>`;
}

const panels = (id) => (id === 'overview' ? overviewPanels() : drawLater('panels', id, () => waiting(id)));

/** What keeps a section's place; the overview's looks as index.html does. */
function waiting(id) {
  const own = html`<div class="panel wide-12 waiting-section" aria-busy="true"></div>`;
  if (id !== 'overview') return own;
  return html`<div class="panel wide-5 waiting-tall"></div><div class="panel wide-7 waiting-tall"></div>
    <div class="panel wide-8 waiting-chart"></div><div class="panel wide-4 waiting-chart"></div>${own}`;
}

function refreshed(id, name) {
  const names = readsOf(id);
  const times = names.map((each) => source(each).checkedAtMs).filter(Boolean);
  const again = () => {
    state.near.add(id);
    refresh(...names);
    readDue();
  };
  return html`<p class="section-state small muted">${times.length > 0 ? html`Checked <time datetime=${new Date(Math.min(...times)).toISOString()}>${clockTime(Math.min(...times))}</time>` : nothing}
    <button type="button" class="icon-button" aria-label="Refresh ${name}" title="Refresh" @click=${again}>${icons.refresh}</button></p>`;
}

function noServer() {
  return html`<section class="panel wide-12"><header class="panel-head"><h2>No server to show</h2></header>
    <p class="prose">Your account has no role in a server that Modwatch knows. A server's owner or an administrator
      can give you one; then choose it at the top left.</p></section>`;
}
