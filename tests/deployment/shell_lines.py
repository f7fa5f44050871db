"""The commands in the code blocks of a Markdown file, and whether there are such commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from api.cli.commands import Commands
from tests.deployment.texts import ROOT, compose, documented_settings

# Programs of the system that a file may name.
SYSTEM = frozenset(
    re.findall(
        r"\S+",
        """
        . : alias apt-get base64 cat cd chmod chown cp createdb curl df du dropdb echo git grep head
        install journalctl kubectl ln ls mkdir mv nginx openssl pg_dump pg_restore pgbackrest printf
        psql rm sed set sleep sort sqlite3 ssh sudo systemctl tail tee tr unset uptime useradd vi
        """,
    )
)
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SEPARATORS = {"|", "||", "&&", ";", "&"}
ADDRESSES = {"/health", "/health/live", "/health/ready", "/metrics"}


def commands_in(path: Path) -> Iterator[list[str]]:
    """Each simple command, in words, without what is redirected."""
    for block in BLOCK.findall(path.read_text()):
        for line in block.replace("\\\n", " ").splitlines():
            if not line.strip().startswith(("ask()", "alias ", "set -a")):
                yield from _simple(line)


def _simple(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    skip = False
    for word in lexer:
        if word in SEPARATORS:
            if words:
                yield words
            words = []
        elif set(word) <= set("<>"):
            skip = True
        elif skip:
            skip = False
        else:
            words.append(word)
    if words:
        yield words


def complaint(words: list[str]) -> str | None:
    """What is wrong with a command, or None."""
    first, *rest = words
    if set_here := re.match(r"(MODWATCH_[A-Z_]+)=", first):
        return None if set_here[1] in documented_settings() else f"there is no {set_here[1]}"
    if first.endswith("modwatch"):
        return of_modwatch(rest)
    if first == "ask":
        return None if rest[0] in ADDRESSES else f"there is no {rest[0]}"
    if first == "make":
        return _of_make(rest)
    if first == "docker":
        return _of_docker(rest)
    if first == "systemctl":
        return _of_systemd(rest)
    if first == "kubectl":
        return _of_cluster(rest)
    return None if first in SYSTEM else f"{first} is not a program that is known here"


@cache
def _in_cluster() -> frozenset[str]:
    """What there is in `kubernetes/`, as kubectl names it; and components, as labels do."""
    texts = [path.read_text() for path in (ROOT / "kubernetes").rglob("*.yaml")]
    found = [
        one
        for text in texts
        for one in re.findall(r"^kind: (\w+)\nmetadata:\n  name: ([\w-]+)", text, re.MULTILINE)
    ]
    short = {"Deployment": "deploy", "StatefulSet": "statefulset", "Job": "job"}
    names = {f"{short[kind]}/{name}" for kind, name in found if kind in short}
    return frozenset(names | {f"component={name}" for kind, name in found if kind in short})


def _of_cluster(words: list[str]) -> str | None:
    text = " ".join(words)
    named = re.findall(r"\b(?:deploy|statefulset|job)/[\w-]+|component=[\w-]+", text)
    if lost := [one for one in named if one not in _in_cluster()]:
        return f"there is no {lost[0]}"
    return complaint(words[words.index("--") + 1 :]) if "--" in words else None


def of_modwatch(words: list[str]) -> str | None:
    """Whether there is such a command with such options, and all that it requires is given."""
    command: click.Command | None = Commands()
    context = click.Context(Commands(), info_name="modwatch")
    while isinstance(command, click.Group):
        if not words or words[0] in ("--version", "--help"):
            return None
        command = command.get_command(context, words[0])
        if command is None:
            return f"modwatch has no {words[0]}"
        words = words[1:]
    assert command is not None
    return _of_options(command, words)


def _of_options(command: click.Command, words: list[str]) -> str | None:
    try:
        context = click.Context(command, info_name=command.name, resilient_parsing=False)
        command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return f"{command.name}: {error.format_message()}"
    needed = [
        one
        for one in command.params
        if one.required
        and isinstance(one, click.Option)
        and not set(one.opts) & {word.partition("=")[0] for word in words}
    ]
    return f"{command.name} needs {needed[0].opts[-1]}" if needed else None


@cache
def _targets() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _of_make(words: list[str]) -> str | None:
    names = [word for word in words if not word.startswith("-") and "=" not in word]
    return next((f"there is no make {name}" for name in names if name not in _targets()), None)


OF_COMPOSE = {
    "build",
    "config",
    "down",
    "exec",
    "logs",
    "ps",
    "pull",
    "restart",
    "run",
    "scale",
    "stop",
    "up",
}
TAKE_VALUE = {"--profile", "--tail", "--since", "--build-arg", "--timeout"}


def _of_docker(words: list[str]) -> str | None:
    if words[0] != "compose":
        known = {"image", "builder", "system", "build", "run"}
        return None if words[0] in known else f"docker {words[0]}"
    verb, names = _split_compose(words[1:])
    if verb not in OF_COMPOSE:
        return f"docker compose {verb}"
    services = compose()["services"]
    if verb in ("exec", "run"):
        inner = names[1:]
        if names[0] not in services:
            return f"there is no service {names[0]}"
        return of_modwatch(inner[1:]) if inner[:1] == ["modwatch"] else None
    return next((f"there is no service {name}" for name in names if name not in services), None)


def _split_compose(words: list[str]) -> tuple[str, list[str]]:
    """The verb, and what follows it without options; of `exec` everything after the service too."""
    names: list[str] = []
    rest = iter(words)
    for word in rest:
        if names and names[0] in ("exec", "run") and len(names) >= 2:
            names.append(word)
        elif word == "--scale":
            names.append(next(rest).partition("=")[0])
        elif word in TAKE_VALUE:
            next(rest)
        elif not word.startswith("-"):
            names.append(word.partition("=")[0] if names[:1] == ["scale"] else word)
    return names[0], names[1:]


UNITS = frozenset(path.stem for path in (ROOT / "compose" / "systemd").glob("*.service"))
WORKERS = frozenset({"modwatch-worker", "modwatch-worker-long"})


# Beside them, where pgBackRest makes the backups.
FOR_BACKUPS = frozenset({"modwatch-backup", "modwatch-backup.timer"})


def _of_systemd(words: list[str]) -> str | None:
    named = {word for word in words if word.startswith("modwatch")} - FOR_BACKUPS
    if lost := sorted(named - UNITS):
        return f"there is no unit {lost[0]}"
    # One unit, all workers, or all: what is left running has the old code, or writes meanwhile.
    whole = WORKERS if named <= WORKERS else UNITS
    is_some = len(named) > 1 or "modwatch-worker" in named
    return f"leaves out {sorted(whole - named)[0]}" if is_some and whole - named else None
