// The theme: "system", "light" or "dark". Storage and the <html data-theme> attribute are its only homes.
import { remember, remembered } from './storage.js';

export const THEMES = ['system', 'light', 'dark'];

/** The reader's choice; "system" when none was made. */
export function chosenTheme() {
  const theme = remembered('theme');
  return THEMES.includes(theme) ? theme : 'system';
}

/** Apply and remember a choice, and tell the charts, which paint with the theme's colours. */
export function chooseTheme(theme) {
  remember('theme', theme === 'system' ? null : theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  announce();
}

function announce() {
  window.dispatchEvent(new Event('modwatch:theme'));
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', announce);
matchMedia('print').addEventListener('change', announce); // paper is always light

/** The current value of a colour token, for what is painted on a canvas. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
