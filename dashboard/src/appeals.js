// Appeals that wait for a decision.
import { html, nothing } from 'lit-html';
import { ApiError, explainChange, send } from './api.js';
import { ask } from './ask.js';
import { say } from './toasts.js';
import { panel } from './panel.js';
import { agoTime, member } from './parts.js';
import { may } from './roles.js';
import { refresh, source, under } from './sources.js';
import { changed, state } from './state.js';

let deciding = null; // the id of the appeal being decided

export function appealsPanel() {
  return panel({
    name: 'appeals',
    title: 'Waiting appeals',
    width: 'wide-12',
    source: source('appeals'),
    body: ({ appeals }) => (appeals.length > 0 ? html`<ul class="appeals">${appeals.map(entry)}</ul>` : html`<p class="empty">No appeal waits for a decision.</p>`),
  });
}

function entry(appeal) {
  return html`<li class="row">
    <div class="appeal">
      ${appeal.user_id ? member(appeal, `#violation/${appeal.violation_id}`) : html`<a class="row-link" href="#violation/${appeal.violation_id}">Appeal ${appeal.appeal_id.slice(0, 8)}</a>`}
      <p class="small muted">${appeal.rule ? html`<strong>${appeal.rule}</strong>: ` : nothing}${appeal.reason ?? 'The violation is not on record here.'} · <span class="nowrap">Appealed ${agoTime(appeal.created_at, state.nowMs)}</span></p>
    </div>
    ${may('moderator') ? buttons(appeal) : nothing}
  </li>`;
}

/** The buttons for the appeal of this violation, when it is among those that wait. */
export function decideButtons(violationId) {
  const appeal = source('appeals').data?.appeals.find((each) => each.violation_id === violationId);
  return appeal ? buttons(appeal) : nothing;
}

function buttons(appeal) {
  const busy = deciding === appeal.appeal_id;
  return html`<p class="sheet-tools">
    <button type="button" class="button" aria-disabled=${busy} @click=${() => decide(appeal, 'denied')}>Uphold the action</button>
    <button type="button" class="button" aria-disabled=${busy} @click=${() => decide(appeal, 'approved')}>Overturn it</button>
  </p>`;
}

const QUESTIONS = {
  approved: ['Overturn the action?', 'The appeal is granted. It counts against the precision of the rule.', 'Overturn it'],
  denied: ['Uphold the action?', 'The appeal is denied. The action stands.', 'Uphold it'],
};

async function decide(appeal, status) {
  const [title, body, yes] = QUESTIONS[status];
  if (deciding || !(await ask({ title, body: html`<p>${body} A decision cannot be taken back.</p>`, yes }))) return;
  deciding = appeal.appeal_id;
  changed();
  try {
    await send(under(`appeals/${encodeURIComponent(appeal.appeal_id)}/decision`), { method: 'POST', body: { status } });
    say({ words: status === 'approved' ? 'The action was overturned.' : 'The action was upheld.', tone: 'good' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ words: explainChange(error), tone: 'high', shownMs: 10_000 });
  } finally {
    deciding = null;
    refresh('appeals', ...(state.sheet?.kind === 'violation' ? ['violation'] : []));
  }
}
