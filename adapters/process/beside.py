"""A thread that lasts no longer than what it runs beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(run: Callable[[Event], None]) -> Iterator[None]:
    """Have `run` going while the block runs; the event it is given says that the block is over."""
    ended = Event()
    thread = Thread(target=run, args=(ended,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
