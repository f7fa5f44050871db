import js from '@eslint/js';
import globals from 'globals';

const message = 'Text from the API must never become markup: use a lit-html template.';
const noRawHtml = [
  'innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'parseHTMLUnsafe', 'srcdoc',
  'createContextualFragment', 'parseFromString',
].map((property) => ({ property, message }));
const noWriting = ['write', 'writeln'].map((property) => ({ object: 'document', property, message }));
const noUnsafeTemplates = ['**/unsafe-html.js', '**/unsafe-svg.js', '**/unsafe-mathml.js', '**/static.js'];

export default [
  { ignores: ['dist/', 'node_modules/'] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, sourceType: 'module' },
    rules: {
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-var': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'max-lines': ['error', { max: 150, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      'no-restricted-properties': ['error', ...noRawHtml, ...noWriting],
      'no-restricted-imports': ['error', { patterns: [{ group: noUnsafeTemplates, message }] }],
    },
  },
  { files: ['src/**/*.js'], languageOptions: { globals: globals.browser } },
  { files: ['*.mjs', '*.config.js'], languageOptions: { globals: globals.node } },
];
