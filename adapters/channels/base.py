"""What every channel is: its settings, how it behaves, and the sending of one message."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from adapters.channels.mask import is_mask_of, masked
from adapters.channels.redaction import redacted
from adapters.channels.ways import Ways
from domain.attempts import LONGEST_ANSWER, Attempt
from domain.messages import Message, MessageKind

Setting = str | list[str]
Settings = Mapping[str, Setting]
OnSending = Callable[[], None]  # commits the mark `sending`; what it raises goes through


class Lane(StrEnum):
    """What has one request in flight."""

    CHANNEL = "channel"
    ALERT = "channel_and_alert"


class SettingsError(ValueError):
    """Settings that cannot be used: `errors` has one sentence for each field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A setting as the page asks for it.

    is_secret   sealed, and only its last four characters are shown
    is_private  a list of mail addresses: shown whole to admins only
    most        entries of a list
    is_ours     made by `rotated`, and never taken from a request
    choices     what may be chosen; empty: anything that `check` takes
    check       returns the value to keep; raises ValueError with a sentence about it
    """

    name: str
    label: str
    help: str = ""
    is_secret: bool = False
    is_private: bool = False
    is_list: bool = False
    is_ours: bool = False
    most: int = 1
    is_required: bool = True
    choices: tuple[str, ...] = ()
    default: str = ""
    check: Callable[[str, Ways], str] = lambda text, _ways: text


class Channel(ABC):
    """One kind of channel. It holds no state: settings and message are given to each call.

    is_keyed  repeating a message under the same key is harmless at this provider; see is_repeatable
    takes     the kinds of messages that mean something there; the others are not sent
    shows_state  what it was told shows how the alert stands, until it is told that this changed
    has_addresses  its settings name mail addresses, which get a delivery of their own each
    setup     what to click at the provider, step by step
    leaves    what leaves the house
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    is_keyed: ClassVar[bool]
    lane: ClassVar[Lane]
    takes: ClassVar[frozenset[MessageKind]]
    shows_state: ClassVar[bool] = False
    has_addresses: ClassVar[bool] = False
    setup: ClassVar[tuple[str, ...]]
    leaves: ClassVar[str]

    def checked(self, settings: Mapping[str, object], ways: Ways) -> dict[str, Setting]:
        """The settings to keep, defaults included. Raises SettingsError."""
        kept: dict[str, Setting] = {}
        names = {field.name for field in self.fields}
        errors = {name: "is not a setting of this kind" for name in settings if name not in names}
        for field in self.fields:
            try:
                kept |= _checked(field, settings.get(field.name), ways)
            except ValueError as error:
                errors[field.name] = str(error)
        if errors:
            raise SettingsError(errors)
        return kept

    def rotated(self, settings: Settings, now_ms: int) -> tuple[dict[str, Setting], str] | None:
        """The settings with a fresh secret of ours, and that secret, to be shown once.

        None for a kind whose secrets are all the provider's. The first one is made so as well.
        """
        return None

    def masked(self, settings: Settings, *, for_admin: bool) -> dict[str, Setting]:
        """The settings as they may be shown: no secret, and addresses to admins only."""
        return {
            field.name: masked(settings[field.name])
            if field.is_secret or (field.is_private and not for_admin)
            else settings[field.name]
            for field in self.fields
            if field.name in settings
        }

    def merged(self, before: Settings, sent: Mapping[str, object]) -> dict[str, object]:
        """`before` with what was sent over it, not checked yet.

        A mask that comes back leaves what it hides; what is ours cannot be sent.
        """
        ours = {field.name for field in self.fields if field.is_ours}
        changed = {
            name: value
            for name, value in sent.items()
            if name not in ours and not (name in before and is_mask_of(value, before[name]))
        }
        return {**before, **changed}

    def targets(self, settings: Settings) -> list[str]:
        """What gets a delivery of its own each: mail addresses, or the channel itself (`""`).

        Settings matter where it `has_addresses`.
        """
        return [""]

    @abstractmethod
    def secrets(self, settings: Settings) -> Iterable[str]:
        """Every text that no answer, log or trail may have, in its plain form."""

    def send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        """Hand it over, once. `on_sending` is called before the first byte that may count.

        Raises only what `on_sending` raises; nothing has been sent then.
        """
        attempt = self._send(message, settings, ways, on_sending)
        return self.without_secrets(attempt, settings, message.target)

    def without_secrets(self, attempt: Attempt, settings: Settings, target: str = "") -> Attempt:
        """The attempt as it may be kept and shown."""
        answer = redacted(attempt.answer, self.secrets(settings), (target,))
        return replace(attempt, answer=answer[:LONGEST_ANSWER])

    def is_repeatable(self, message: Message) -> bool:
        """Whether this message may be sent again though an earlier attempt may have arrived."""
        return self.is_keyed

    @abstractmethod
    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        """The same, with the provider's words as they came."""


def _checked(field: Field, value: object, ways: Ways) -> dict[str, Setting]:
    if value is None or value in ("", []):
        if field.is_required and not field.is_ours and not field.default:
            raise ValueError("is required")
        return {field.name: field.default} if field.default else {}
    if field.is_list:
        return {field.name: [field.check(each, ways) for each in _texts(value, field.most)]}
    if not isinstance(value, str):
        raise ValueError("must be a text")
    if field.choices and value not in field.choices:
        raise ValueError(f"must be one of {', '.join(field.choices)}")
    return {field.name: field.check(value.strip(), ways)}


def _texts(value: object, most: int) -> list[str]:
    """Each once: mailboxes do not tell capitals apart."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a list of texts")
    if len(value) > most:
        raise ValueError(f"must have at most {most} entries")
    kept: dict[str, str] = {}
    for each in value:
        kept.setdefault(each.strip().lower(), each.strip())
    return list(kept.values())
