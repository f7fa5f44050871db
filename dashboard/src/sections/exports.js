// What leaves the page: files that people ask for, and reports that are sent by themselves.
import { may } from '../data/roles.js';
import { exportsPanel, noExports } from './export-list.js';
import { reportsPanel } from './report-list.js';

export const exportPanels = () => [may('moderator') ? exportsPanel() : noExports(), reportsPanel()];
