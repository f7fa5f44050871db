// All that the first screen does not show: the other sections, and the sheets about one violation or member.
import { alertPanels } from './alerts.js';
import { appealsPanel } from './appeals.js';
import { auditPanel } from './audit.js';
import { exportPanels } from './exports.js';
import { heatmapPanel } from './heatmap.js';
import { memberSheet } from './member-sheet.js';
import { moderatorPanels } from './moderators.js';
import { momentsPanel } from './moments.js';
import { offendersPanel } from './offenders.js';
import { rulesPanels } from './rules.js';
import { settingsPanels } from './settings.js';
import { violationSheet } from './violation-sheet.js';
import { violationsPanel } from './violations.js';
import { warningsPanel } from './warnings.js';

export const panels = {
  violations: violationsPanel,
  people: () => [offendersPanel(), warningsPanel(), appealsPanel()],
  rules: rulesPanels,
  time: () => [heatmapPanel(), momentsPanel()],
  moderators: moderatorPanels,
  exports: exportPanels,
  alerts: alertPanels,
  settings: settingsPanels,
  audit: auditPanel,
};

export const sheets = { violation: violationSheet, member: memberSheet };
