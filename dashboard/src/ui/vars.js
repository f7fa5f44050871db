// Sets CSS custom properties through the CSSOM: `<i ${vars({'--share': 0.4})}>`.
// A style attribute would need 'unsafe-inline' in the Content-Security-Policy.
import { noChange } from 'lit-html';
import { Directive, directive } from 'lit-html/directive.js';

class Vars extends Directive {
  render() {
    return noChange;
  }

  update({ element }, [values]) {
    for (const [name, value] of Object.entries(values))
      element.style.setProperty(name, String(value));
    return noChange;
  }
}

export const vars = directive(Vars);
