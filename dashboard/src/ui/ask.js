// One question before something that cannot simply be done again.
import { html, nothing } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { modal } from './modal.js';
import { update } from '../data/state.js';

let question = null;

/** Ask; answers a promise of true or false. `body` may be a template. */
export function ask({ title, body, yes }) {
  return new Promise((answer) => {
    question = { title, body, yes, answer };
    update({});
  });
}

function settle(value) {
  const { answer } = question;
  question = null;
  update({});
  answer(value);
}

// What was asked of a reader who is not here any more is not for the next one to answer.
addEventListener('modwatch:left', () => question && settle(false));

const open = modal();

export function askDialog() {
  if (!question) return nothing;
  const cancel = (event) => {
    event.preventDefault();
    settle(false);
  };
  return html`<dialog class="ask" role="alertdialog" aria-labelledby="ask-title" aria-describedby="ask-body" ${ref(open)} @cancel=${cancel}>
    <h2 id="ask-title">${question.title}</h2>
    <div id="ask-body" class="prose">${question.body}</div>
    <div class="ask-answers">
      <button type="button" class="button" autofocus @click=${() => settle(false)}>Cancel</button>
      <button type="button" class="button danger" @click=${() => settle(true)}>${question.yes}</button>
    </div>
  </dialog>`;
}
