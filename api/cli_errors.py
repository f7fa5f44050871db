"""One line for what an operator can mend, instead of a stack trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError, ProgrammingError


@contextmanager
def plain_database_errors() -> Iterator[None]:
    """The database is away, locked for too long, or has no tables yet."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(
            f"the database cannot be used: {reason} (has `db upgrade` been run?)"
        ) from None
