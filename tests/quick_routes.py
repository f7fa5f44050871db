"""Werkzeug reads each route of each application anew: two thirds of what putting one together took.

Here a route is read once in a process, for all applications that read it alike.
"""

from __future__ import annotations

from typing import Any

from werkzeug.routing import Rule

_compile = Rule.compile
_read: dict[Any, dict[str, Any]] = {}
_BUILDERS = ("_build", "_build_unknown")


def _compile_once(rule: Rule) -> None:
    if rule.defaults or rule.subdomain or rule.map.host_matching:
        _compile(rule)
        return
    readers = frozenset(rule.map.converters.items())
    same = type(rule), rule.rule, rule.merge_slashes, readers
    if same not in _read:
        _compile(rule)
        _read[same] = _what_was_read(rule)
    _take(rule, _read[same])


def _what_was_read(rule: Rule) -> dict[str, Any]:
    parts = {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")}
    return parts | {name: getattr(rule, name).__func__ for name in _BUILDERS}


def _take(rule: Rule, read: dict[str, Any]) -> None:
    """Its own copy of what may be changed, builders that know whose they are."""
    for name, value in read.items():
        own = value.__get__(rule) if name in _BUILDERS else value.copy()
        setattr(rule, name, own)


def install() -> None:
    """For every application of this process from here on."""
    Rule.compile = _compile_once  # type: ignore[method-assign, assignment]
