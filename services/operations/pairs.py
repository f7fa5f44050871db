"""Settings that go together. What cannot work the start refuses (adapters/settings.py); this is
about what starts, and does other than whoever set it expects."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from adapters.settings import Settings

# What is not well, and what to do about it.
Advice = tuple[str, str]
Pair = Callable[[Settings, Mapping[str, str]], Iterator[Advice]]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Each says who we are where no key is given: a role of the pod, the container or the task.
_ROLES = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


def advice(settings: Settings, environ: Mapping[str, str]) -> Iterator[Advice]:
    """environ: what settings of others are read from, such as AWS's"""
    for pair in PAIRS:
        yield from pair(settings, environ)


def _proxy(settings: Settings, _: Mapping[str, str]) -> Iterator[Advice]:
    if settings.is_https and not settings.trusted_proxies.networks:
        own = settings.bind in _LOOPBACK
        proxy = "127.0.0.1, ::1" if own else "the networks of the proxy"
        yield (
            "people come by https, so by a proxy, and none is trusted: all of them share the limits"
            " of one address",
            f"set MODWATCH_TRUSTED_PROXIES to {proxy}: docs/proxies.md",
        )


def _stanza(settings: Settings, _: Mapping[str, str]) -> Iterator[Advice]:
    if _is_given(settings, "BACKUP_STANZA") and settings.backup_pgbackrest is None:
        yield (
            "MODWATCH_BACKUP_STANZA is set and makes no backups by itself",
            "set MODWATCH_BACKUP_PGBACKREST to pgBackRest's file: docs/backups.md",
        )


def _mail(settings: Settings, _: Mapping[str, str]) -> Iterator[Advice]:
    names_sender, server = _is_given(settings, "MAIL_FROM"), settings.mail_server
    if names_sender and server is None:
        yield "MODWATCH_MAIL_FROM is set and no mail is sent", "set MODWATCH_SMTP_URL"
    if server is not None and not names_sender:
        yield (
            f"mail is from {settings.mail_from}, which the mail server may not take",
            "set MODWATCH_MAIL_FROM to an address that it sends for, then `modwatch mail test`",
        )


def _bucket(settings: Settings, environ: Mapping[str, str]) -> Iterator[Advice]:
    if settings.export_storage is None or any(environ.get(name) for name in _ROLES):
        return
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    if missing := [name for name in keys if not environ.get(name)]:
        yield (
            f"MODWATCH_EXPORT_STORAGE is a bucket, and {' and '.join(missing)} not set: only a"
            " machine that has a role at Amazon opens it",
            "set both for web and workers: docs/exports.md",
        )


def _folder(settings: Settings, _: Mapping[str, str]) -> Iterator[Advice]:
    addresses = (settings.redis_url, settings.broker_url)
    is_one_host = all(_is_local(address) for address in addresses if address)
    if not is_one_host and settings.export_storage is None and _is_plain(settings.export_dir):
        yield (
            f"Redis or the broker is on another host, and exports lie on this one's disk"
            f" ({settings.export_dir}): another host finds none of them",
            "with several hosts set MODWATCH_EXPORT_STORAGE, or MODWATCH_EXPORT_DIR to a folder"
            " that all of them mount",
        )


def _is_given(settings: Settings, name: str) -> bool:
    variable = f"MODWATCH_{name}"
    return bool(settings.given.get(variable) or settings.given.get(f"{variable}_FILE"))


def _is_local(address: str) -> bool:
    """Of several Sentinels the first counts."""
    parts = urlsplit(address)
    return parts.scheme.startswith("unix") or (parts.hostname or "localhost") in _LOOPBACK


def _is_plain(folder: Path) -> bool:
    """Whether neither it nor anything above it is mounted, as a shared volume would be."""
    return not any(os.path.ismount(one) for one in (folder, *folder.parents[:-1]))


PAIRS: tuple[Pair, ...] = (_proxy, _stanza, _mail, _bucket, _folder)
