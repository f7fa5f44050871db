"""Charts as PNG: each drawn once a process, a few at a time."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from threading import BoundedSemaphore

from adapters.drawing.draw import draw_picture
from adapters.process.cache import ProcessCache
from adapters.process.single_flight import SingleFlight

MOST_AT_ONCE = 2
MOST_KEPT = 200  # of some 20 KB

# A picture follows from its SVG alone, so nothing that is kept grows old.
_kept: ProcessCache[bytes] = ProcessCache(maximum_entries=MOST_KEPT)
_flights: SingleFlight[bytes] = SingleFlight()
turns = BoundedSemaphore(MOST_AT_ONCE)


class TooManyChartsError(Exception):
    """As many are being drawn as may be."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture to be drawn, and its name for caches; `words`: what it shows."""

    svg: str
    words: str

    @property
    def tag(self) -> str:
        return blake2b(self.svg.encode(), digest_size=16).hexdigest()


def png_of(chart: Chart) -> bytes:
    """Raises TooManyChartsError, DrawingError."""
    key = chart.tag
    if (known := _kept.get(key)) is not None:
        return known
    return _flights.run(key, lambda: _draw(chart.svg), lambda png: _kept.put(key, png))


def _draw(svg: str) -> bytes:
    if not turns.acquire(blocking=False):
        raise TooManyChartsError(f"{MOST_AT_ONCE} are being drawn: ask again in a moment")
    try:
        return draw_picture(svg)
    finally:
        turns.release()
