"""Progress of a long command, on stderr: stdout is for its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bar(
    on_what: str, total: int | None, *, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Gives what to call with each further amount done; `total` is None when it is not known."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet) as progress:
        yield partial(progress.advance, progress.add_task(on_what, total=total))
