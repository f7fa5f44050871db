"""Every setting of Modwatch, read once from the environment.

Each variable also exists as ``NAME_FILE``, the path of a file that holds the value (for secrets).
A wrong value raises :class:`SettingError`, whose text is the one line an operator needs.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from adapters.embedded_valkey import socket_path

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
DISCORD_API_URL = "https://discord.com/api/v10"


class SettingError(Exception):
    """A setting that cannot be used; the message names the variable and the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data_dir: Path
    database_url: str
    redis_url: str | None
    port: int
    bind: str
    web_workers: int
    public_url: str
    secret_key: str
    demo: bool
    database_pool_size: int
    discord_api_url: str
    discord_client_id: str | None
    discord_client_secret: str | None
    discord_bot_token: str | None
    export_dir: Path
    export_retention_days: int
    event_retention_days: int
    metrics_token: str | None
    rate_limits: bool
    log_level: str
    log_format: str

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def listen_address(self) -> str:
        """Where the web process listens, as gunicorn takes it."""
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        return f"{host}:{self.port}"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (default: the process environment). Raises SettingError."""
    read = _Reader(os.environ if environ is None else environ)
    data_dir = Path(read.text("DATA_DIR", str(ROOT / "var"))).resolve()
    public_url = read.value("PUBLIC_URL", "http://127.0.0.1:8000", _http_url)
    demo = read.value("DEMO", "0", _flag)
    if demo and public_url.startswith("https://"):
        raise SettingError("MODWATCH_DEMO must be 0 when MODWATCH_PUBLIC_URL is https")
    secret_key = _secret_key(read, data_dir, public_url)
    database_url = read.value(
        "DATABASE_URL", f"sqlite:///{data_dir / 'modwatch.db'}", _database_url
    )
    _make_folder_of(database_url)
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        redis_url=read.value("REDIS_URL", f"unix://{socket_path(data_dir)}", _redis_url),
        port=read.value("PORT", "8000", _whole(0, 65535)),
        bind=read.value("BIND", "127.0.0.1", _own_address),
        web_workers=read.value("WEB_WORKERS", "1", _whole(1, 64)),
        public_url=public_url,
        secret_key=secret_key,
        demo=demo,
        database_pool_size=read.value("DATABASE_POOL_SIZE", "10", _whole(1, 1000)),
        discord_api_url=read.value("DISCORD_API_URL", DISCORD_API_URL, _http_url),
        discord_client_id=read.text("DISCORD_CLIENT_ID", "") or None,
        discord_client_secret=read.text("DISCORD_CLIENT_SECRET", "") or None,
        discord_bot_token=read.text("DISCORD_BOT_TOKEN", "") or None,
        export_dir=Path(read.text("EXPORT_DIR", str(data_dir / "exports"))),
        export_retention_days=read.value("EXPORT_RETENTION_DAYS", "30", _whole(1, 3650)),
        event_retention_days=read.value("EVENT_RETENTION_DAYS", "365", _whole(31, 36500)),
        metrics_token=read.text("METRICS_TOKEN", "") or None,
        rate_limits=read.value("RATE_LIMITS", "1", _flag),
        log_level=read.value("LOG_LEVEL", "info", _one_of("debug", "info", "warning", "error")),
        log_format=read.value("LOG_FORMAT", "auto", _one_of("auto", "console", "json")),
    )


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        variable = f"MODWATCH_{name}"
        if path := self._environ.get(f"{variable}_FILE"):
            return _file_text(f"{variable}_FILE", path)
        return self._environ.get(variable) or default

    def value(self, name: str, default: str, convert: Callable[[str], T]) -> T:
        text = self.text(name, default)
        try:
            return convert(text)
        except ValueError as error:
            raise SettingError(f"MODWATCH_{name} {error}") from None


def _file_text(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{variable} cannot be read: {error}") from None


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"must be 0 or 1, not {text!r}")
    return text == "1"


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}, not {text!r}")
        return int(text)

    return convert


def _own_address(text: str) -> str:
    """A name other than this may take long to look up, and mean another machine."""
    try:
        return text if text == "localhost" else str(ip_address(text))
    except ValueError:
        raise ValueError(f"must be an IP address or localhost, not {text!r}") from None


def _one_of(*allowed: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {text!r}")
        return text

    return convert


def _http_url(text: str) -> str:
    scheme = text.partition("://")[0].lower()
    if scheme not in ("http", "https") or not _is_address(text):
        raise ValueError(f"must be an http or https address, not {text!r}")
    # The scheme in small letters: whether cookies have to be secure is read from it.
    return scheme + text[len(scheme) :].rstrip("/")


def _is_address(text: str) -> bool:
    """Whether it names a host and, if any, a port that can be one."""
    return _has_good_port(text) and bool(urlsplit(text).hostname)


def _has_good_port(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def _database_url(text: str) -> str:
    """SQLAlchemy's form of the address: PostgreSQL goes through psycopg 3."""
    for scheme in ("postgresql://", "postgres://"):
        if text.startswith(scheme):
            text = "postgresql+psycopg://" + text.removeprefix(scheme)
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    # No word of what was given: it may hold a password. A socket's address names no host.
    if not text.startswith("sqlite") and not _has_good_port(text):
        raise ValueError("must be like postgresql://user:password@host:5432/database")
    return text


def _make_folder_of(database_url: str) -> None:
    """Here rather than with the first query: what cannot start should not go on trying."""
    if not (path := database_url.partition("sqlite:///")[2]):
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"MODWATCH_DATABASE_URL cannot be used: {error}") from None


def _redis_url(text: str) -> str | None:
    if text == "none":
        return None
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must be none or start with redis://, rediss:// or unix://")
    if not text.startswith("unix://") and not _is_address(text):
        raise ValueError("must be like redis://:password@host:6379/0")
    return text


def _secret_key(read: _Reader, data_dir: Path, public_url: str) -> str:
    if given := read.text("SECRET_KEY", ""):
        if len(given) < 32:
            raise SettingError("MODWATCH_SECRET_KEY must have at least 32 characters")
        return given
    if public_url.startswith("https://"):
        raise SettingError("MODWATCH_SECRET_KEY is required when MODWATCH_PUBLIC_URL is https")
    try:
        return _kept_secret(data_dir / "secret_key")
    except OSError as error:
        raise SettingError(f"MODWATCH_DATA_DIR cannot be used: {error}") from None


def _kept_secret(path: Path) -> str:
    """The secret of this data folder; made once, also when several processes start together."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first: its secret counts
    finally:
        fresh.unlink()
    return path.read_text(encoding="utf-8")
