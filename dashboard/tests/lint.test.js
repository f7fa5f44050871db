// The linter refuses every way from a string to markup, and imports against the order of the rooms.
// That the sources pass it is `npm run lint`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const FINE = 'export const way = (place, text) => (place.textContent = text);';
const MARKUP = [
  'export const way = (place, text) => (place.innerHTML = text);',
  "export const way = (place, text) => (place['innerHTML'] = text);",
  'export const way = (place, text) => (place.outerHTML = text);',
  "export const way = (place, text) => place.insertAdjacentHTML('beforeend', text);",
  'export const way = (place, text) => place.setHTMLUnsafe(text);',
  'export const way = (place, text) => (place.srcdoc = text);',
  'export const way = (range, text) => range.createContextualFragment(text);',
  "export const way = (text) => new DOMParser().parseFromString(text, 'text/html');",
  'export const way = (text) => document.write(text);',
  "export { unsafeHTML } from 'lit-html/directives/unsafe-html.js';",
  "export { unsafeSVG as way } from 'lit-html/directives/unsafe-svg.js';",
  "export { unsafeStatic as way } from 'lit-html/static.js';",
];
const CODE = [
  'export const way = (text) => eval(text);',
  'export const way = (text) => new Function(text);',
  "export const way = () => setTimeout('alert(1)', 1);",
];
const ROOMS = ['data', 'ui', 'charts', 'sections', 'shell'];

const eslint = new ESLint();

async function said(source, filePath) {
  const [{ messages }] = await eslint.lintText(source, { filePath });
  return messages.map(({ message }) => message);
}

for (const folder of ['src', ...ROOMS.map((room) => `src/${room}`)]) {
  const file = `${folder}/way.js`;
  test(`in ${folder}/ text may be shown, but not become markup or code`, async () => {
    assert.deepEqual(await said(FINE, file), []);
    for (const source of MARKUP) {
      assert.match((await said(source, file)).join(' '), /must never become markup/, source);
    }
    for (const source of CODE) assert.equal((await said(source, file)).length, 1, source);
  });
}

for (const [at, room] of ROOMS.entries()) {
  test(`${room}/ knows only itself and the rooms before it`, async () => {
    for (const [other, file] of ROOMS.entries()) {
      const messages = await said(`export * from '../${file}/way.js';`, `src/${room}/own.js`);
      assert.equal(messages.length, other > at ? 1 : 0, `${room} from ${file}`);
    }
    assert.equal((await said("import '../app.js';", `src/${room}/own.js`)).length, 1);
  });
}
