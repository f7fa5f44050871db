// The sections in their order: what they are called, what they show, and from which role on.
import { alertPanels } from './alerts.js';
import { appealsPanel } from './appeals.js';
import { auditPanel } from './audit.js';
import { exportPanels } from './exports.js';
import { heatmapPanel } from './heatmap.js';
import { moderatorPanels } from './moderators.js';
import { momentsPanel } from './moments.js';
import { offendersPanel } from './offenders.js';
import { overviewPanels } from './overview.js';
import { may } from './roles.js';
import { rulesPanels } from './rules.js';
import { settingsPanels } from './settings.js';
import { violationsPanel } from './violations.js';
import { warningsPanel } from './warnings.js';

const ALL = [
  { id: 'overview', name: 'Overview', panels: overviewPanels, tab: true },
  { id: 'violations', name: 'Violations', panels: violationsPanel, tab: true },
  { id: 'people', name: 'People', panels: () => [offendersPanel(), warningsPanel(), appealsPanel()], tab: true },
  { id: 'rules', name: 'Rules', panels: rulesPanels },
  { id: 'time', name: 'Time', panels: () => [heatmapPanel(), momentsPanel()] },
  { id: 'moderators', name: 'Moderators', panels: moderatorPanels },
  { id: 'exports', name: 'Exports', panels: exportPanels },
  { id: 'alerts', name: 'Alerts', panels: alertPanels, tab: true },
  { id: 'settings', name: 'Settings', panels: settingsPanels },
  { id: 'audit', name: 'Audit log', panels: auditPanel, from: 'admin' },
];

export const sections = () => ALL.filter(({ from }) => !from || may(from));

/** The section `steps` away from the one being looked at; the ends hold. */
export function sectionBeside(id, steps) {
  const all = sections();
  const at = all.findIndex((each) => each.id === id) + steps;
  return all[Math.min(all.length - 1, Math.max(0, at))].id;
}
