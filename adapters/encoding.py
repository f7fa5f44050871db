"""Whether the database can hold every text: a look at the start, since later is too late."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import create_engine

from adapters.postgresql import connection_arguments
from adapters.settings import SettingError, Settings


def refuse_other_encodings(settings: Settings) -> None:
    """Raises SettingError where the database is not in UTF-8.

    One that is away is left for later: who starts first is nobody's fault.
    """
    if settings.database_url.startswith("sqlite"):
        return
    encoding = _encoding_of(settings.database_url)
    if encoding not in (None, "UTF8"):
        raise SettingError(
            f"MODWATCH_DATABASE_URL leads to a database in {encoding}: it must be in UTF8"
            " (CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0)"
        )


def _encoding_of(url: str) -> str | None:
    """None where the database cannot be reached just now."""
    address, told = connection_arguments(url)
    args, given = create_engine(address).dialect.create_connect_args(address)
    options: dict[str, Any] = {**given, **told}
    try:
        with psycopg.connect(*args, **options) as connection:
            return connection.info.parameter_status("server_encoding")
    except psycopg.Error:
        return None
