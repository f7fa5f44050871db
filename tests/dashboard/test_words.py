"""The page has words for all that the server says by a name."""

import re

from domain.alert_rules import EventType
from domain.severity import DetectionType, Severity
from tests.api.contract import CONTRACT, GUILD_PATH
from tests.api.test_changes import CHANGES
from tests.servers.made import ROOT

SOURCES = ROOT / "dashboard" / "src"


def named_in(file: str) -> set[str]:
    """What a script has words for: the keys of its tables."""
    return set(re.findall(r"\b([\w.]+)'?: '", (SOURCES / file).read_text()))


def test_every_change_in_the_audit_log_has_words() -> None:
    """Those that no request makes as well: by the link in a mail, say."""
    changes = {action for action, _ in CHANGES.values()}
    nouns = "|".join({action.partition(".")[0] for action in changes})
    code = "".join(path.read_text() for path in (ROOT / "services").rglob("*.py"))
    written = set(re.findall(rf'"((?:{nouns}|database)\.[a-z_]+)"', code))
    assert written > changes
    assert written <= named_in("sections/audit-words.js")


def test_every_kind_of_notification_has_a_name() -> None:
    assert {kind.value for kind in EventType} <= named_in("sections/notices.js")


def test_all_that_can_be_read_of_a_server_has_words_in_the_access_log() -> None:
    script = (SOURCES / "sections/access-words.js").read_text()
    many, one = (set(re.findall(r"^  '?([\w. -]+)'?: '", part, re.M)) for part in _tables(script))
    for promise in CONTRACT:
        noun, *rest = promise.path.removeprefix(f"{GUILD_PATH}/").split("/")
        is_read = promise.reads and promise.path.startswith(f"{GUILD_PATH}/")
        plain = " ".join([noun, *(part for part in rest if "{" not in part)])
        is_one = len(rest) == 1 and "{" in rest[0]
        assert not is_read or (noun in one if is_one else plain in many), promise.path


def _tables(script: str) -> list[str]:
    """The bodies of NAMES and of ONE."""
    return re.findall(r"^const \w+ = \{\n(.*?)^\};", script, re.M | re.S)


def test_severities_and_detection_types_have_words() -> None:
    words = (SOURCES / "ui" / "words.js").read_text()
    for name in (*Severity, *DetectionType):
        assert f"'{name}'" in words, name


def test_one_thing_has_one_word() -> None:
    """What docs/words.md says is not said stands nowhere in what the page shows."""
    rows = re.findall(r"^\|.*\| *(\S[^|]*?) *\|$", (ROOT / "docs/words.md").read_text(), re.M)
    retired = [word for word in rows if word not in ("and not",) and set(word) != {"-"}]
    assert len(retired) > 4
    for path in SOURCES.rglob("*.js"):
        shown = re.sub(r"^\s*(//|/?\*).*$|\s// .*$", "", path.read_text(), flags=re.M)
        for word in retired:
            assert not re.search(rf"\b{word}\b", shown), f"{path.name}: {word}"
