"""Progress of a long command, on stderr: stdout is for its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bar(
    on_what: str, total: int | None, *, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Gives what to call with each further amount done; `total` is None when it is not known.

    The bar comes with the first call: of a command that fails at once only the error is shown.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    progress = Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet)
    task = progress.add_task(on_what, total=total)

    def advance(amount: int) -> None:
        progress.start()
        progress.advance(task, amount)

    try:
        yield advance
    finally:
        if progress.live.is_started:
            progress.stop()


@contextmanager
def busy(on_what: str) -> Iterator[None]:
    """Something turns, on a terminal, while what cannot be counted is done."""
    with Console(stderr=True).status(on_what):
        yield
