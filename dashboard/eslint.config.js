import js from '@eslint/js';
import globals from 'globals';

const message = 'Text from the API must never become markup: use a lit-html template.';
const noRawHtml = [
  'innerHTML',
  'outerHTML',
  'insertAdjacentHTML',
  'setHTMLUnsafe',
  'parseHTMLUnsafe',
  'srcdoc',
  'createContextualFragment',
  'parseFromString',
].map((property) => ({ property, message }));
const noWriting = ['write', 'writeln'].map((property) => ({
  object: 'document',
  property,
  message,
}));
const noUnsafeTemplates = [
  '**/unsafe-html.js',
  '**/unsafe-svg.js',
  '**/unsafe-mathml.js',
  '**/static.js',
];

// The rooms of src/, lowest first: each knows only itself and those before it.
const ROOMS = ['data', 'ui', 'charts', 'sections', 'shell'];
const arrows = ROOMS.map((room, at) => {
  const above = [...ROOMS.slice(at + 1).map((each) => `**/${each}/**`), '../*.js'];
  const patterns = [
    { group: noUnsafeTemplates, message },
    { group: above, message: `${room}/ knows only ${ROOMS.slice(0, at + 1).join(', ')}.` },
  ];
  return {
    files: [`src/${room}/*.js`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
});

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
      'max-lines': ['error', { max: 150, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      'no-restricted-properties': ['error', ...noRawHtml, ...noWriting],
      'no-restricted-imports': ['error', { patterns: [{ group: noUnsafeTemplates, message }] }],
    },
  },
  ...arrows,
  { files: ['src/**/*.js'], languageOptions: { globals: globals.browser } },
  { files: ['*.mjs', '*.config.js'], languageOptions: { globals: globals.node } },
  { files: ['tests/*.js'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
];
