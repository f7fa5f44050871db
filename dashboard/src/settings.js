// The settings section, and what is not there yet.
import { html } from 'lit-html';
import { configPanel } from './config-form.js';
import { rolesPanel } from './role-list.js';
import { may } from './roles.js';
import { tokensPanel } from './tokens.js';

export const settingsPanels = () => [configPanel(), rolesPanel(), may('admin') ? tokensPanel() : [], html`<p class="wide-12 small muted later">
  Exports and scheduled reports, notification channels and alerts come with a later version.</p>`];
