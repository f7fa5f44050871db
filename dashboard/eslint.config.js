import js from '@eslint/js';
import globals from 'globals';

const noRawHtml = ['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({
  property,
  message: 'Text from the API must never become markup: use a lit-html template.',
}));

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
      'max-lines': ['error', { max: 150, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      'no-restricted-properties': ['error', ...noRawHtml],
    },
  },
  { files: ['src/**/*.js'], languageOptions: { globals: globals.browser } },
  { files: ['*.mjs', '*.config.js'], languageOptions: { globals: globals.node } },
];
