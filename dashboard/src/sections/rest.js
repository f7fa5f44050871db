// All that the first screen does not show: the other sections, and the sheets.
import { html } from 'lit-html';
import '../data/sources-later.js';
import { arriving } from '../ui/arriving.js';
import { askDialog } from '../ui/ask.js';
import { accountMenu } from './account-menu.js';
import { alertSheet } from './alert-sheet.js';
import { alertPanels } from './alerts.js';
import { appealsPanel } from './appeals.js';
import { botChangesPanel } from './bot-changes.js';
import { exportPanels } from './exports.js';
import { firstEvent } from './first-event.js';
import { goneBar } from './gone-bar.js';
import { healthRelief } from './health-words.js';
import { drawArriving } from './later.js';
import { incidentBanner } from './incident-banner.js';
import { incidentSheet } from './incident-sheet.js';
import { heatmapPanel } from './heatmap.js';
import { memberSheet } from './member-sheet.js';
import { moderatorPanels } from './moderators.js';
import { momentsPanel } from './moments.js';
import { happenedSheet } from './notice-list.js';
import { offendersPanel } from './offenders.js';
import { needElsewhere, serversSheet, unreadElsewhere } from './servers-sheet.js';
import { rulesPanels } from './rules.js';
import { sinceSheet, sinceVisit } from './since-visit.js';
import { shortcutsSheet } from './shortcuts-sheet.js';
import { whySheet } from './decisions.js';
import { splitPanels } from './splits.js';
import { violationSheet } from './violation-sheet.js';
import { violationsPanel } from './violations.js';
import { warningsPanel } from './warnings.js';

const audit = arriving(() => import('./audit.js'));
const channel = arriving(() => import('./channel-sheet.js'));
const exported = arriving(() => import('./export-sheet.js'));
const report = arriving(() => import('./report-sheet.js'));
const sessions = arriving(() => import('./sessions.js'));
const settings = arriving(() => import('./settings.js'));

/** Keeps the place of a section whose script is on its way. */
const waiting = () =>
  html`<article class="panel wide-12 rows" aria-busy="true"><div class="waiting waiting-tall" aria-hidden="true"></div></article>`;

/** The same within a sheet. */
const waitingSheet = () => html`<div class="waiting waiting-tall" aria-hidden="true"></div>`;

export const panels = {
  violations: violationsPanel,
  people: () => [offendersPanel(), warningsPanel(), appealsPanel(), botChangesPanel()],
  rules: rulesPanels,
  time: () => [heatmapPanel(), momentsPanel()],
  moderators: moderatorPanels,
  exports: exportPanels,
  alerts: alertPanels,
  settings: () => drawArriving(settings, (it) => it.settingsPanels(), waiting),
  audit: () => drawArriving(audit, (it) => it.auditPanels(), waiting),
  firstEvent, // within the overview, of a server of which nothing is known
};

export {
  askDialog,
  goneBar,
  healthRelief,
  incidentBanner,
  needElsewhere,
  sinceVisit,
  splitPanels,
  unreadElsewhere,
};

/** Of the frame: what is seen on demand. */
export const parts = { accountMenu };

export const sheets = {
  violation: violationSheet,
  member: memberSheet,
  happened: happenedSheet,
  shortcuts: shortcutsSheet,
  alert: alertSheet,
  incident: incidentSheet,
  since: sinceSheet,
  channel: () => drawArriving(channel, (it) => it.channelSheet(), waitingSheet),
  export: () => drawArriving(exported, (it) => it.exportSheet(), waitingSheet),
  schedule: () => drawArriving(report, (it) => it.scheduleSheet(), waitingSheet),
  servers: serversSheet,
  why: whySheet,
  sessions: () => drawArriving(sessions, (it) => it.sessionsSheet(), waitingSheet),
};
