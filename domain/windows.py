"""The trailing windows of formulas.md: epoch-aligned half-open buckets, in UTC milliseconds."""

from dataclasses import dataclass

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Window:
    """Buckets `[start_ms, end_ms)` of `width_ms` each, both ends aligned to the width."""

    width_ms: int
    start_ms: int
    end_ms: int

    @property
    def buckets(self) -> int:
        return (self.end_ms - self.start_ms) // self.width_ms

    @property
    def starts_ms(self) -> range:
        """The start of every bucket, oldest first: the gap-free axis of a time series."""
        return range(self.start_ms, self.end_ms, self.width_ms)

    @property
    def first(self) -> int:
        """Number of the first bucket in units of the width (an `epoch_hour` for hours)."""
        return self.start_ms // self.width_ms

    @property
    def last_exclusive(self) -> int:
        """Number of the bucket just after the window, in units of the width."""
        return self.end_ms // self.width_ms

    @property
    def bucket_range(self) -> range:
        """The numbers of all buckets: `range(first, last_exclusive)`."""
        return range(self.first, self.last_exclusive)

    @property
    def previous(self) -> "Window":
        """As many buckets, just before: what trends compare with."""
        return Window(self.width_ms, 2 * self.start_ms - self.end_ms, self.start_ms)

    @property
    def slides_at_ms(self) -> int:
        """The first instant at which the same period means a later window."""
        return self.end_ms

    def contains(self, timestamp_ms: int) -> bool:
        return self.start_ms <= timestamp_ms < self.end_ms


def trailing_window(width_ms: int, buckets: int, now_ms: int) -> Window:
    """The last `buckets` buckets of `width_ms`, ending with the one that holds `now_ms`."""
    end_ms = (now_ms // width_ms + 1) * width_ms
    return Window(width_ms, end_ms - buckets * width_ms, end_ms)
