// The settings section.
import { channelsPanel } from './channels.js';
import { configPanel } from './config-form.js';
import { rolesPanel } from './role-list.js';
import { may } from '../data/roles.js';
import { tokensPanel } from './tokens.js';
import { usagePanel } from './usage.js';

export const settingsPanels = () => [
  configPanel(),
  rolesPanel(),
  channelsPanel(),
  may('admin') ? [tokensPanel(), usagePanel()] : [],
];
