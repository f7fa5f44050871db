"""The linter refuses every way from a string to markup; that the sources pass it is `make lint`."""

import json
import subprocess

import pytest

from tools.dashboard import DASHBOARD
from tools.standins import node_bin

FINE = "export const way = (place, text) => (place.textContent = text);"
MARKUP = [
    "export const way = (place, text) => (place.innerHTML = text);",
    "export const way = (place, text) => (place['innerHTML'] = text);",
    "export const way = (place, text) => (place.outerHTML = text);",
    "export const way = (place, text) => place.insertAdjacentHTML('beforeend', text);",
    "export const way = (place, text) => place.setHTMLUnsafe(text);",
    "export const way = (place, text) => (place.srcdoc = text);",
    "export const way = (range, text) => range.createContextualFragment(text);",
    "export const way = (text) => new DOMParser().parseFromString(text, 'text/html');",
    "export const way = (text) => document.write(text);",
    "export { unsafeHTML } from 'lit-html/directives/unsafe-html.js';",
    "export { unsafeSVG as way } from 'lit-html/directives/unsafe-svg.js';",
    "export { unsafeStatic as way } from 'lit-html/static.js';",
]
CODE = [
    "export const way = (text) => eval(text);",
    "export const way = (text) => new Function(text);",
    "export const way = () => setTimeout('alert(1)', 1);",
]
LINT = """
import { ESLint } from 'eslint';
const eslint = new ESLint();
const sources = JSON.parse(process.argv[1]);
const said = {};
for (const source of sources) {
  const [{ messages }] = await eslint.lintText(source, { filePath: 'src/way.js' });
  said[source] = messages.map(({ message }) => message);
}
console.log(JSON.stringify(said));
"""


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    """What the dashboard's own linter says of each source, as if it were in dashboard/src."""
    folder = node_bin()
    assert folder is not None
    sources = json.dumps([FINE, *MARKUP, *CODE])
    command = [str(folder / "node"), "--input-type=module", "-e", LINT, sources]
    done = subprocess.run(command, cwd=DASHBOARD, capture_output=True, check=True)
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return answers


def test_text_may_be_shown(said: dict[str, list[str]]) -> None:
    assert said[FINE] == []


@pytest.mark.parametrize("source", MARKUP)
def test_no_string_becomes_markup(said: dict[str, list[str]], source: str) -> None:
    assert "must never become markup" in " ".join(said[source])


@pytest.mark.parametrize("source", CODE)
def test_no_string_becomes_code(said: dict[str, list[str]], source: str) -> None:
    assert len(said[source]) == 1
