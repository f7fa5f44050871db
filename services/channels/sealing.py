"""Channels' settings as they are stored: sealed, with a mask beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from adapters.channels.base import Setting
from adapters.channels.registry import CHANNELS
from adapters.secret_box import SecretBox
from models.channels.store import ChannelRow


def open_settings(secrets: SecretBox, row: ChannelRow) -> dict[str, Setting]:
    """A channel's settings. Raises UnreadableSecretError: unreadable is not empty."""
    settings: dict[str, Setting] = orjson.loads(secrets.unseal(row.settings))
    return settings


def is_readable(secrets: SecretBox, row: ChannelRow) -> bool:
    return secrets.open(row.settings) is not None


def sealed_settings(
    secrets: SecretBox, kind: str, settings: Mapping[str, Setting]
) -> tuple[str, dict[str, Any]]:
    """What to store: the sealed settings, and what of them may be shown."""
    mask = CHANNELS[kind].masked(settings, for_admin=False)
    return secrets.seal(orjson.dumps(settings).decode()), dict(mask)
