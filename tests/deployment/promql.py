"""What an expression of Prometheus asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import promql_parser

# What Grafana puts in before Prometheus sees it.
GRAFANA = {"$__rate_interval": "5m", "$__range": "1h", "$__interval": "1m"}
# Prometheus gives these to every target itself.
OF_TARGETS = {"job", "instance"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A series that is asked for, and the labels that it must have."""

    name: str
    labels: frozenset[str]


def asked(expression: str) -> Iterator[Asked]:
    """Each selector of `expression`. Raises ValueError where Prometheus could not read it."""
    for variable, value in GRAFANA.items():
        expression = expression.replace(variable, value)
    yield from _selectors(promql_parser.parse(expression))


def _selectors(node: object) -> Iterator[Asked]:
    if isinstance(node, promql_parser.VectorSelector):
        labels = frozenset(one.name for one in node.matchers.matchers)
        yield Asked(node.name or "", labels - OF_TARGETS)
    for part in _parts(node):
        yield from _selectors(part)


def _parts(node: object) -> Iterator[object]:
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        if (part := getattr(node, name, None)) is not None:
            yield part
    yield from getattr(node, "args", ())


def series_in(exposed: str) -> dict[str, set[str]]:
    """The labels of each series of a `/metrics`, by its name."""
    found: dict[str, set[str]] = {}
    for line in exposed.splitlines():
        if sample := re.match(r"([a-z_]+)(?:\{(.*)\})? \S+$", line):
            labels = re.findall(r'(\w+)="', sample[2] or "")
            found.setdefault(sample[1], set()).update(labels)
    return found


def complaints(expressions: dict[str, str], series: dict[str, set[str]]) -> list[str]:
    """What is asked for in one of the expressions, named by who asks, and is not there."""
    found = []
    for who, expression in expressions.items():
        for one in asked(expression):
            if one.name not in series:
                found.append(f"{who}: there is no {one.name}")
            elif missing := one.labels - series[one.name]:
                found.append(f"{who}: {one.name} has no label {sorted(missing)}")
    return found
