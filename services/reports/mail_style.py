"""How a report's mail looks: the colours of the page, and their dark twins.

What counts is in attributes, since some mail programs read no style sheet; dark comes on top of it
where they do.
"""

from __future__ import annotations

FONT = "-apple-system, &quot;Segoe UI&quot;, Roboto, Helvetica, Arial, sans-serif"
# Colours of bars by what they mean, as on the page; those that mean nothing are grey.
TONES = {"high": "#c0312b", "medium": "#b8790a", "low": "#1f6f9c", "": "#7b8794"}
TRACK = "#eef1f5"
_DARK_TONES = {"high": "#ff7b72", "medium": "#e5b454", "low": "#6fb1d6", "plain": "#9aa7b5"}
_NUMBERS = "font-variant-numeric:tabular-nums"
_STYLES = {
    "title": "margin:0;font-size:24px;line-height:30px;font-weight:600;letter-spacing:-0.01em",
    "heading": "margin:0;font-size:14px;line-height:20px;font-weight:600",
    "figure": f"font-size:28px;line-height:36px;font-weight:600;{_NUMBERS}",
    "muted": "color:#556274",
    "of": "font-size:14px",
    "name": "padding:3px 8px 0 0;overflow-wrap:anywhere",
    "value": f"padding:3px 0 0 8px;white-space:nowrap;vertical-align:top;{_NUMBERS}",
    "note": f"padding:3px 0 0 8px;width:1%;white-space:nowrap;vertical-align:top;{_NUMBERS}",
    "wide": "padding:3px 0",
    "bars": "padding:2px 0 7px;line-height:6px;font-size:0",
    "link": "color:#3556d8",
    "quiet": "color:#556274",
}
_DARK = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
body, .page { background: #0f1217 !important; }
.surface, .surface > table, .surface td { border-color: #2b343f !important; }
.surface, .surface > table { background: #161b22 !important; }
.ink, .ink div, .ink table, .ink td, .title, .heading { color: #e6eaf0 !important; }
.muted, .muted div, .ink .muted, .ink td.muted, .quiet { color: #9aa7b5 !important; }
.link { color: #7c9cff !important; }
.ink .track { background: #2b343f !important; }
.button td { background: #7c9cff !important; }
.button a { background: #7c9cff !important; color: #0f1217 !important; }
"""


def styled(*names: str) -> str:
    """The attributes of an element that looks so: for a style sheet, and for who reads none."""
    inline = ";".join(_STYLES[name] for name in names)
    return f'class="{" ".join(names)}" style="{inline}"'


def _dark_bars() -> str:
    return "".join(
        f".ink .bar-{name} {{ background: {colour} !important; }}\n"
        for name, colour in _DARK_TONES.items()
    )


HEAD = (
    "<mj-attributes>"
    f"<mj-all font-family='{FONT}' />"
    "<mj-text font-size='14px' line-height='20px' color='#1a2230' />"
    "<mj-table font-size='14px' line-height='20px' color='#1a2230' />"
    "</mj-attributes>"
    "<mj-raw><meta name='color-scheme' content='light dark'>"
    "<meta name='supported-color-schemes' content='light dark'></mj-raw>"
    f"<mj-style>{_DARK}{_dark_bars()}}}</mj-style>"
)
