// The settings section.
import { configPanel } from './config-form.js';
import { rolesPanel } from './role-list.js';
import { may } from './roles.js';
import { tokensPanel } from './tokens.js';

export const settingsPanels = () => [configPanel(), rolesPanel(), may('admin') ? tokensPanel() : []];
