// The frame: rail with server picker and sections, head with period and account, the sections themselves.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { repeat } from 'lit-html/directives/repeat.js';
import { account } from './account.js';
import { icons, mark } from '../ui/icons.js';
import { drawIfHere, drawLater } from '../sections/later.js';
import { bell } from '../sections/bell.js';
import { drewFirstScreen } from '../sections/first-paint.js';
import { overviewPanels } from '../sections/overview.js';
import { choice, foreign } from '../ui/widgets.js';
import { byServer } from '../data/clock.js';
import { readDue } from '../data/reads.js';
import { isDrawn, watchSection } from './sections.js';
import { sections } from './sections-list.js';
import { sheet } from './sheet.js';
import { readsOf, refresh, source } from '../data/sources.js';
import { PERIODS, server, state } from '../data/state.js';
import { status } from './status.js';
import { clockTime } from '../ui/time.js';
import { toastCorner } from '../ui/toasts.js';
import { brief, capital, plural } from '../ui/words.js';
import { zoneWords } from '../ui/zone.js';
import { isolated } from '../ui/foreign-text.js';

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
      <h1 class="cut">${server() ? foreign(server().name) : 'No server'}</h1>
      ${choice({ label: 'Period', options: PERIODS.map((each) => [each, capital(each)]), chosen: state.period, choose: actions.choosePeriod })}
      ${bell()}
      ${account(actions.logOut)}
    </header>
    <main class="content" id="main" tabindex="-1">${server() ? repeat(sections(), ({ id }) => id, section) : noServer()}</main>
  </div>
  ${drawIfHere('incidentBanner')}${drawIfHere('goneBar')}${sheet()}${drawIfHere('askDialog')}${state.sheet ? nothing : toastCorner()}`;
}

function picker(chooseServer) {
  return html`<div class="picker"><label><span class="hidden">Server</span>
    <select class="select" .value=${state.guildId ?? ''} @change=${(event) => chooseServer(event.target.value)}>
      ${state.servers.map(({ id, name, bot_present: present }) => html`<option value=${id} ?selected=${id === state.guildId}>${isolated(name)}${present ? '' : ' (no bot)'}</option>`)}
    </select>
  </label>${state.servers.length > 1 ? allServers() : nothing}</div>`;
}

/** The way to all servers at once, with the number of those elsewhere that need somebody. */
function allServers() {
  const needing = drawIfHere('needElsewhere', null, 0);
  return html`<a class="icon-button" href="#servers" aria-haspopup="dialog" title="All servers" aria-label=${needing > 0 ? `All servers: ${plural(needing, 'other needs somebody', 'others need somebody')}` : 'All servers'}>
    ${icons.servers}${needing > 0 ? html`<span class="badge badge-high" aria-hidden="true">${needing}</span>` : nothing}</a>`;
}

function navigation() {
  return html`<nav class="sections" aria-label="Sections">
    ${sections().map(({ id, name, tab }) => html`<a href="#${id}" class=${tab ? '' : 'rail-only'} aria-current=${state.section === id ? 'true' : nothing}>${icons[id]}<span>${name}</span>${counted(id)}</a>`)}
    <a href="#more" class="tab-only" aria-haspopup="dialog" aria-current=${sections().some(({ id, tab }) => id === state.section && !tab) ? 'true' : nothing}>${icons.more}<span>More</span></a>
  </nav>`;
}

/** How many there are; "50+" of a page that more come after. */
const ofPage = (page, field, words) => [page?.[field].length, words, page?.next_cursor ? '+' : ''];

const COUNTED = {
  violations: () => [source('metrics').data?.violations_total, 'in the period'],
  people: () => ofPage(source('appeals').data, 'appeals', 'waiting appeals'),
  alerts: () => ofPage(source('openAlerts').data, 'alerts', 'open'),
};

/** What stands behind a section's name in the rail: a number worth knowing without going there. */
function counted(id) {
  const [value, words, more = ''] = COUNTED[id]?.() ?? [];
  if (!value) return nothing;
  return html`<span class="counted" title="${value}${more} ${words}">${brief(value)}${more}<span class="hidden"> ${words}</span></span>`;
}

function section({ id, name }) {
  return html`<section class="section" id=${id} tabindex="-1" aria-labelledby="section-${id}" ${ref(watchSection)}>
    <header class="section-head">
      <h2 id="section-${id}">${name}</h2>
      ${id === 'overview' ? drawIfHere('sinceVisit') : nothing}
      ${refreshed(id, name)}
    </header>
    <div class="grid">${isDrawn(id) ? panels(id) : waiting(id)}</div>
  </section>`;
}

const panels = (id) =>
  id === 'overview' ? overviewPanels() : drawLater('panels', id, () => waiting(id));

/** What keeps a section's place; the overview's looks as index.html does. */
function waiting(id) {
  const own = html`<div class="panel wide-12 waiting-section" aria-busy="true"></div>`;
  if (id !== 'overview') return own;
  return html`<div class="panel wide-5 waiting-tall"></div><div class="panel wide-7 waiting-tall"></div>
    <div class="panel wide-8 waiting-chart"></div><div class="panel wide-4 waiting-chart"></div>${own}`;
}

function refreshed(id, name) {
  const names = readsOf(id);
  const times = names
    .map((each) => source(each).checkedAtMs)
    .filter(Boolean)
    .map(byServer);
  const again = () => {
    state.near.add(id);
    refresh(...names);
    readDue();
  };
  return html`<p class="section-state small muted">${times.length > 0 ? html`Checked <time datetime=${new Date(Math.min(...times)).toISOString()}>${clockTime(Math.min(...times))}</time>${state.zone === 'mine' ? nothing : `, ${zoneWords()}`}` : nothing}
    <button type="button" class="icon-button" aria-label="Refresh ${name}" title="Refresh" @click=${again}>${icons.refresh}</button></p>`;
}

function noServer() {
  drewFirstScreen();
  return html`<section class="panel wide-12"><header class="panel-head"><h2>No server to show</h2></header>
    <p class="prose">Your account has no role in a server that Modwatch knows. A server's owner or an administrator
      can give you one; then choose it at the top left.</p></section>`;
}
