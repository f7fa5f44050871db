"""Why a message was sent, held or not sent, in words for the page."""

from __future__ import annotations

from domain.decisions import Reason

REASON_WORDS: dict[str, str] = {
    Reason.CHANNEL_OFF: "The channel is switched off, or gone.",
    Reason.CHANNEL_BROKEN: "The channel does not work: its provider refused it for good.",
    Reason.EVENT_DISABLED: "This server is not told of such events.",
    Reason.EVENT_NOT_ON_CHANNEL: "This channel does not carry such messages.",
    Reason.BELOW_THRESHOLD: "It matters less than what this server wants to be told of.",
    Reason.BELOW_CHANNEL_THRESHOLD: "It matters less than what this channel is for.",
    Reason.UNSUBSCRIBED: "This address does not want messages any more.",
    Reason.DUPLICATE: "It was told already.",
    Reason.NEVER_TOLD: "The beginning was not told here, so the rest is not either.",
    Reason.SUPERSEDED: "It was over, or looked after, before it could be told.",
    Reason.INHIBITED: "It follows from another alert that is open.",
    Reason.SNOOZED: "The alert is snoozed.",
    Reason.MUTED: "Messages of this server are muted.",
    Reason.QUIET_HOURS: "It is in quiet hours.",
    Reason.WAITING_ESCALATION: "The channel is told only if nobody acknowledges it in time.",
    Reason.PROVIDER_ASKED_TO_WAIT: "The provider asked us to wait.",
    Reason.GROUPED: "It goes into the next digest of its like.",
    Reason.BUNDLED: "Many waited, so they went out as one message.",
    Reason.SEND: "Nothing speaks against it.",
    # What becomes of one that was sent.
    "sent": "The provider took it.",
    "digest": "What was held back, in one message.",
    "acknowledged": "Somebody acknowledged the alert first.",
    "deleted": "The report was deleted first.",
    "unreadable": "What was made cannot be read by this version: make it again.",
    "erased": "Somebody's data was erased before it was sent.",
    "restored": "It waited when the database was restored, and was too old by then.",
    "storage_away": "The storage that has its file did not answer.",
    # What a provider answered.
    "webhook_deleted": "The webhook was deleted: enter another one.",
    "webhook_token_wrong": "The webhook's address is not valid any more: copy it anew.",
    "too_long": "The provider found it too long.",
    "too_large": "It is larger than the provider takes.",
    "message_refused": "The provider did not accept it as it is.",
    "channel_is_archived": "The channel was archived.",
    "channel_not_found": "The channel is not there any more.",
    "no_service": "The webhook was removed, or switched off: enter another one.",
    "no_active_hooks": "The webhook was switched off: enter another one.",
    "action_prohibited": "An admin there does not allow such messages.",
    "posting_to_general_channel_denied": "An admin there does not allow posts to that channel.",
    "invalid_token": "The webhook's address is not valid any more: copy it anew.",
    "no_text": "The provider did not accept it as it is.",
    "too_many_attachments": "The provider did not accept it as it is.",
    "no_team": "The workspace is not there any more.",
    "team_disabled": "The workspace was switched off.",
    "invalid_blocks": "The provider did not accept it as it is.",
    "invalid_payload": "The provider did not accept it as it is.",
    "http_400": "The provider did not accept it as it is (400).",
    "http_401": "The provider does not know the key or address any more (401).",
    "http_403": "The provider does not allow it (403).",
    "http_404": "There is nothing at this address any more (404).",
    "http_410": "There is nothing at this address any more (410).",
    "http_413": "It is larger than the provider takes (413).",
    "http_429": "The provider asked for a pause (429).",
    "worker_lost": "The process that sent it died: it may have arrived.",
    "retried": "A person had it sent again.",
}


def reason_text(reason: str) -> str:
    """In words; what has none, as it is."""
    if (words := REASON_WORDS.get(reason)) is not None:
        return words
    status = reason.removeprefix("http_")
    if status != reason and status.startswith("5"):
        return f"Something was wrong at the provider ({status})."
    return reason.replace("_", " ")


_KINDS: dict[str, str] = {
    "opened": "The alert opened.",
    "resolved": "The alert is over.",
    "closed": "Closed without a word.",
    "acknowledged": "Acknowledged.",
    "snoozed": "Snoozed.",
    "snooze_ended": "The snooze ended.",
    "reminded": "Nobody had acknowledged it: reminded.",
    "flapping": "It comes and goes: told once, until it settles.",
    "settled": "It has settled.",
    "turned_bad": "Bad again, while it flaps.",
    "turned_good": "Good again, while it flaps.",
    "turned_none": "No data, while it flaps.",
    "no_data": "There is no data to judge by.",
    "data_again": "There is data again.",
    "not_told": "Told on the page only: no channel is set up for this.",
    "found_afterwards": "Found in late events, when it was over.",
}


_WHYS = {"threshold_changed": "its threshold was changed"}


def trail_text(kind: str, reason: str) -> str:
    """One line of a trail in words; why it came so, where that is not what the line says."""
    if kind.startswith(("delivery_", "attempt_")):
        return f"{kind.partition('_')[2].replace('_', ' ').capitalize()}: {reason_text(reason)}"
    text = _KINDS.get(kind, kind.replace("_", " "))
    why = _WHYS.get(reason)
    return text if why is None else f"{text.removesuffix('.')}: {why}."
