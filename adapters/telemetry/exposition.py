"""What `/metrics` answers: what processes of this host counted, and how things stand."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from adapters.telemetry.shared_counts import COUNTS_FOLDER, forget_gauges_of_ended


@dataclass(frozen=True, slots=True)
class Measure:
    """A gauge whose value is looked up when it is asked for.

    `values` by the value of `label`, or under "" where it has none.
    """

    name: str
    words: str
    values: Mapping[str, float]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Exposition:
    """`measure` is called for each answer; it raises nothing, and leaves out what is not known."""

    measure: Callable[[], Iterable[Measure]] = field(default=lambda: ())

    def text(self, accept: str | None, names: Sequence[str] = ()) -> tuple[str, str]:
        """The numbers in the form that `accept` prefers, of all names or these; and its type."""
        counted, standing = _counted(), CollectorRegistry(auto_describe=False)
        standing.register(_Standing(self.measure))
        encode, content_type = choose_encoder(accept or "")
        chosen = [one.restricted_registry(names) if names else one for one in (counted, standing)]
        texts = [_encoded(encode, one) for one in chosen]
        # A form that ends with a mark has one mark, at the end.
        return "".join(texts).replace("# EOF\n", "", texts[0].count("# EOF\n")), content_type


def _encoded(encode: Callable[[Any], bytes], registry: Any) -> str:
    """Read again where a process has just taken over the file of one that has ended."""
    with suppress(FileNotFoundError):
        return encode(registry).decode()
    return encode(registry).decode()


def may_look(authorization: str, token: str | None) -> bool:
    """Whether who sent this header may read the numbers; everybody where there is no token."""
    given = authorization.removeprefix("Bearer ")
    return token is None or hmac.compare_digest(given.encode(), token.encode())


class _Standing(Collector):
    def __init__(self, measure: Callable[[], Iterable[Measure]]) -> None:
        self._measure = measure

    def describe(self) -> Iterator[Metric]:
        return iter(())  # without this it would be asked for everything when it is registered

    def collect(self) -> Iterator[Metric]:
        for one in self._measure():
            family = GaugeMetricFamily(
                one.name, one.words, labels=[one.label] if one.label else None
            )
            for label, value in one.values.items():
                family.add_metric([label] if one.label else [], value)
            yield family


def _counted() -> CollectorRegistry:
    folder = os.environ.get(COUNTS_FOLDER)
    if folder is None:
        return REGISTRY
    forget_gauges_of_ended(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
