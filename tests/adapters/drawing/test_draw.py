"""Drawing happens in a process of its own, with the fonts of the checkout and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adapters.drawing.draw import DrawingError, draw

MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section>"
    "</mj-body></mjml>"
)


def svg(content: str = "") -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">{content}</svg>'


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_a_picture_is_twice_as_large_as_it_is_shown_and_the_same_each_time() -> None:
    first, second = (draw(svg("<rect width='9' height='9'/>"), MJML.format("x")) for _ in range(2))
    assert first == second
    assert size_of(first.png) == (80, 40)
    assert "<!doctype html>" in first.html


@pytest.mark.parametrize("weight", [400, 600])
def test_both_fonts_of_the_checkout_are_drawn_with(weight: int) -> None:
    text = f'<text x="2" y="15" font-family="Inter" font-weight="{weight}">42</text>'
    other = f'<text x="2" y="15" font-family="Inter" font-weight="{1000 - weight}">42</text>'
    drawn = [draw(svg(content), MJML).png for content in (text, other, "")]
    assert len(set(drawn)) == 3


def test_what_is_escaped_stays_escaped() -> None:
    html = draw(svg(), MJML.format("&lt;script&gt; &amp;lt;b&amp;gt; &quot;")).html
    assert "&lt;script&gt; &amp;lt;b&amp;gt;" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("picture", "mail"), [("<svg", MJML), (svg(), "<mjml"), ("", ""), ("x", "y")]
)
def test_what_cannot_be_drawn_is_said(picture: str, mail: str) -> None:
    with pytest.raises(DrawingError):
        draw(picture, mail)


def test_this_process_never_loads_what_holds_all_its_threads() -> None:
    looks = "import sys, services.reports.building; print([*filter({0}.count, sys.modules)])"
    said = subprocess.run(
        [sys.executable, "-c", looks.format(["resvg_py", "mjml"])],
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout == "[]\n"
