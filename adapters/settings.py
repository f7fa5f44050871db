"""Every setting of Modwatch, read once from the environment.

Each variable also exists as ``NAME_FILE``, the path of a file that holds the value (for secrets).
A wrong value raises :class:`SettingError`, whose text is the one line an operator needs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from adapters import setting_values as values
from adapters.channels.apprise_schemes import parse_schemes
from adapters.data_folder import kept_secret
from adapters.exports.bucket import BucketPlace, parse_bucket
from adapters.outgoing.mail import MailServer
from adapters.outgoing.networks import Opening, parse_openings
from adapters.process import embedded_valkey
from domain.hosting import HostingRule, parse_hosting
from domain.proxies import TrustedProxies, parse_proxies

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
# Neither works without the other.
PAIRS = (("DISCORD_CLIENT_ID", "DISCORD_CLIENT_SECRET"),)
# Travel with the database's address: the setting, its name there, and what it may be beside `none`.
_OF_POSTGRESQL = (
    ("DATABASE_POOLER", values.POOLER, "transaction"),
    ("DATABASE_DISTRIBUTED", values.SPREAD, "citus"),
)
# Said of an image when it is built, or to tests; read elsewhere.
NO_SETTINGS = ("MODWATCH_COMMIT", "MODWATCH_BUILT_AT", "MODWATCH_TEST_", "MODWATCH_SCHEMATHESIS_")
# What it tells every container about services whose names begin so.
_OF_KUBERNETES = re.compile(r"MODWATCH_(.+_)?(SERVICE_(HOST|PORT)(_.+)?|PORT_\d+_(TCP|UDP)(_.+)?)")
DISCORD_API_URL = "https://discord.com/api/v10"


class SettingError(Exception):
    """A setting that cannot be used; the message names the variable and the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data_dir: Path
    database_url: str
    redis_url: str | None
    broker_url: str | None
    port: int
    bind: str
    web_workers: int
    keepalive_seconds: int
    trusted_proxies: TrustedProxies
    cors_origins: frozenset[str]
    public_url: str
    secret_key: str
    secret_keys_old: tuple[str, ...]
    demo: bool
    database_pool_size: int
    discord_api_url: str
    discord_client_id: str | None
    discord_client_secret: str | None
    discord_bot_token: str | None
    export_dir: Path
    export_retention_days: int
    export_storage: BucketPlace | None
    export_max_bytes: int
    export_processes: int
    event_retention_days: int
    hosting: HostingRule
    guild_events_per_day: int
    guild_megabytes_per_day: int
    guild_tokens: int
    long_processes: int
    alert_retention_days: int
    mail_from: str
    mail_server: MailServer | None
    mail_max_bytes: int
    outgoing_allow: tuple[Opening, ...]
    apprise_schemes: frozenset[str]
    heartbeat_url: str | None
    backup_dir: Path | None
    backup_keep_days: int
    backup_pgbackrest: Path | None
    backup_stanza: str
    watched_folders: tuple[Path, ...]
    metrics_token: str | None
    worker_metrics_port: int | None
    rate_limits: bool
    log_level: str
    log_format: str
    # What was given, by variable: a process that this one starts works on the same.
    given: Mapping[str, str] = field(repr=False, compare=False)
    # What is said of variables that are none of ours, a line each.
    unknown: tuple[str, ...]

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """What is sealed is sealed under the first, and opened by any."""
        return (self.secret_key, *self.secret_keys_old)

    @property
    def embeds_redis(self) -> bool:
        """Whether Redis is the Valkey that `make run` brings along."""
        return self.redis_url == embedded_valkey.redis_url(self.data_dir)

    @property
    def base_path(self) -> str:
        """The path below which people reach us: `/modwatch`, or nothing."""
        return urlsplit(self.public_url).path

    @property
    def login_redirect_url(self) -> str:
        """Where Discord sends people back to; registered there, letter by letter."""
        return f"{self.public_url}/api/auth/callback"

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
    environ = os.environ if environ is None else environ
    read = _Reader(environ)
    data_dir = Path(read.text("DATA_DIR", str(ROOT / "var"))).resolve()
    public_url = read.value("PUBLIC_URL", "http://127.0.0.1:8000", values.public_url)
    demo = read.value("DEMO", "0", values.flag)
    if demo and public_url.startswith("https://"):
        raise SettingError("MODWATCH_DEMO must be 0 when MODWATCH_PUBLIC_URL is https")
    secret_key = _secret_key(read, data_dir, public_url)
    database_url = read.value(
        "DATABASE_URL", f"sqlite:///{quote(str(data_dir / 'modwatch.db'))}", values.database_url
    )
    _make_folder_of(database_url)
    for name, its, choice in _OF_POSTGRESQL:
        if read.value(name, "none", values.one_of("none", choice)) != "none":
            database_url = _with(database_url, name, f"{its}={choice}")
    mail_from = read.value("MAIL_FROM", "", values.mail_from(public_url))
    settings = Settings(
        data_dir=data_dir,
        database_url=database_url,
        redis_url=read.value("REDIS_URL", embedded_valkey.redis_url(data_dir), values.redis_url),
        broker_url=read.value("BROKER_URL", "", values.broker_url),
        port=read.value("PORT", "8000", values.whole(0, 65535)),
        bind=read.value("BIND", "127.0.0.1", values.own_address),
        web_workers=read.value("WEB_WORKERS", "1", values.whole(1, 64)),
        keepalive_seconds=read.value("KEEPALIVE_SECONDS", "150", values.whole(1, 3600)),
        trusted_proxies=read.value("TRUSTED_PROXIES", "", parse_proxies),
        cors_origins=read.value("CORS_ORIGINS", "", values.origins),
        public_url=public_url,
        secret_key=secret_key,
        secret_keys_old=read.value("SECRET_KEY_OLD", "", values.secret_keys),
        demo=demo,
        database_pool_size=read.value("DATABASE_POOL_SIZE", "10", values.whole(1, 1000)),
        discord_api_url=read.value("DISCORD_API_URL", DISCORD_API_URL, values.http_url),
        discord_client_id=read.text("DISCORD_CLIENT_ID", "") or None,
        discord_client_secret=read.text("DISCORD_CLIENT_SECRET", "") or None,
        discord_bot_token=read.text("DISCORD_BOT_TOKEN", "") or None,
        export_dir=Path(read.text("EXPORT_DIR", str(data_dir / "exports"))).resolve(),
        export_retention_days=read.value("EXPORT_RETENTION_DAYS", "30", values.whole(1, 3650)),
        export_storage=read.value("EXPORT_STORAGE", "", parse_bucket),
        export_max_bytes=read.value("EXPORT_MAX_BYTES", str(10 << 30), values.whole(0, 10**15)),
        export_processes=read.value("EXPORT_PROCESSES", "2", values.whole(1, 64)),
        event_retention_days=read.value("EVENT_RETENTION_DAYS", "365", values.whole(31, 36500)),
        alert_retention_days=read.value("ALERT_RETENTION_DAYS", "90", values.whole(2, 3650)),
        mail_from=mail_from,
        mail_server=read.value("SMTP_URL", "", values.mail_server(mail_from)),
        mail_max_bytes=read.value("MAIL_MAX_BYTES", "8000000", values.whole(0, 25_000_000)),
        outgoing_allow=read.value("OUTGOING_ALLOW", "", parse_openings),
        apprise_schemes=read.value("APPRISE_SCHEMES", "", parse_schemes),
        heartbeat_url=read.value("HEARTBEAT_URL", "", values.secret_http_url),
        hosting=read.value("GUILDS", "open" if demo else "invited", parse_hosting),
        guild_events_per_day=read.value("GUILD_EVENTS_PER_DAY", "500000", values.whole(0, 10**12)),
        guild_megabytes_per_day=read.value(
            "GUILD_MEGABYTES_PER_DAY", "500", values.whole(0, 10**9)
        ),
        guild_tokens=read.value("GUILD_TOKENS", "100", values.whole(1, 10_000)),
        long_processes=read.value("LONG_PROCESSES", "2", values.whole(0, 64)),
        backup_dir=read.value("BACKUP_DIR", "", values.folder),
        backup_keep_days=read.value("BACKUP_KEEP_DAYS", "30", values.whole(1, 3650)),
        backup_pgbackrest=read.value("BACKUP_PGBACKREST", "", values.folder),
        backup_stanza=read.text("BACKUP_STANZA", "modwatch"),
        watched_folders=read.value("WATCHED_FOLDERS", "", values.folders),
        metrics_token=read.text("METRICS_TOKEN", "") or None,
        worker_metrics_port=read.value("WORKER_METRICS_PORT", "0", values.whole(0, 65535)) or None,
        rate_limits=read.value("RATE_LIMITS", "1", values.flag),
        log_level=read.value(
            "LOG_LEVEL", "info", values.one_of("debug", "info", "warning", "error")
        ),
        log_format=read.value("LOG_FORMAT", "auto", values.one_of("auto", "console", "json")),
        given={name: text for name, text in environ.items() if name.startswith("MODWATCH_")},
        unknown=(),
    )
    for pair in PAIRS:
        read.check_pair(*pair)
    _check_backups(settings)
    return replace(settings, unknown=read.unknown())


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._known: set[str] = set()

    def text(self, name: str, default: str) -> str:
        variable = f"MODWATCH_{name}"
        self._known |= {variable, f"{variable}_FILE"}
        if path := self._environ.get(f"{variable}_FILE"):
            return _file_text(f"{variable}_FILE", path)
        return self._environ.get(variable) or default

    def value(self, name: str, default: str, convert: Callable[[str], T]) -> T:
        text = self.text(name, default)
        try:
            return convert(text)
        except ValueError as error:
            raise SettingError(f"MODWATCH_{name} {error}") from None

    def check_pair(self, one: str, other: str) -> None:
        """Raises SettingError where one is set and the other is not: neither works alone."""
        is_set = {name: bool(self.text(name, "")) for name in (one, other)}
        for name, its in ((one, other), (other, one)):
            if is_set[name] and not is_set[its]:
                raise SettingError(f"MODWATCH_{its} is required when MODWATCH_{name} is set")

    def unknown(self) -> tuple[str, ...]:
        """To be called last: what nobody has asked for is no setting."""
        names = sorted(name for name in self._environ if name.startswith("MODWATCH_"))
        return tuple(
            _no_setting(name, self._known)
            for name in names
            if name not in self._known and not name.startswith(NO_SETTINGS)
            if not _OF_KUBERNETES.fullmatch(name)
        )


def _no_setting(name: str, known: Collection[str]) -> str:
    # Without what all begin with: by that alone any two are alike.
    names = sorted(one.removeprefix("MODWATCH_") for one in known)
    near = get_close_matches(name.removeprefix("MODWATCH_"), names, n=1)
    guess = f"; did you mean MODWATCH_{near[0]}?" if near else ""
    return f"{name} is no setting of Modwatch and has no effect{guess}"


def _file_text(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{variable} cannot be read: {error}") from None


def _check_backups(settings: Settings) -> None:
    is_sqlite = settings.database_url.startswith("sqlite")
    if settings.backup_dir and not is_sqlite:
        raise SettingError("MODWATCH_BACKUP_DIR is for SQLite: set MODWATCH_BACKUP_PGBACKREST")
    if settings.backup_pgbackrest and is_sqlite:
        raise SettingError("MODWATCH_BACKUP_PGBACKREST is for PostgreSQL: set MODWATCH_BACKUP_DIR")


def _with(database_url: str, name: str, told: str) -> str:
    """The address with what is `told` of it, which the setting `name` asks for."""
    if database_url.startswith("sqlite"):
        raise SettingError(f"MODWATCH_{name} is for PostgreSQL")
    return f"{database_url}{'&' if '?' in database_url else '?'}{told}"


def _make_folder_of(database_url: str) -> None:
    """Here rather than with the first query: what cannot start should not go on trying."""
    if not (path := database_url.partition("sqlite:///")[2]):
        return
    try:
        Path(unquote(path)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"MODWATCH_DATABASE_URL cannot be used: {error}") from None


def _secret_key(read: _Reader, data_dir: Path, public_url: str) -> str:
    if given := read.text("SECRET_KEY", ""):
        if len(given) < 32:
            raise SettingError("MODWATCH_SECRET_KEY must have at least 32 characters")
        return given
    if public_url.startswith("https://"):
        raise SettingError("MODWATCH_SECRET_KEY is required when MODWATCH_PUBLIC_URL is https")
    try:
        return kept_secret(data_dir / "secret_key")
    except OSError as error:
        raise SettingError(f"MODWATCH_DATA_DIR cannot be used: {error}") from None
