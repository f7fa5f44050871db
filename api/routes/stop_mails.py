"""The way out of mails (RFC 8058): GET shows a button and changes nothing, POST needs no login.

Mail programs and scanners open every link of a mail; only the button, or the program's own
"unsubscribe", sends the POST. The address itself is the proof, so it counts from any site.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.http.extension import parts
from api.http.guard import public
from api.http.small_page import small_page
from services.channels import stopping
from services.channels.stop_links import About, Stop
from services.reports import stopping as reports

blueprint = Blueprint("stop_mails", __name__)
AGAIN = "again"
AGAIN_BUTTON = ("Send them again", AGAIN)


@blueprint.get(f"{About.CHANNEL}/<token>")
@public
def ask(token: str) -> Response:
    """What the link is about, with the one button that changes it."""
    if (stop := stopping.stop_of(parts(), token)) is None:
        return _not_ours()
    name = stopping.server_name(parts(), stop)
    if stopping.is_stopped(parts(), stop):
        return _stopped(f"This address gets no mails of {name} from this channel.")
    text = f"This address gets mails when something happens in {name}."
    return small_page(200, "Stop these mails?", text, "Stop these mails", "stop")


@blueprint.post(f"{About.CHANNEL}/<token>")
@public
def change(token: str) -> Response:
    """Stop, also by a mail program's one click; or begin again."""
    if (stop := stopping.stop_of(parts(), token)) is None:
        return _not_ours()
    stopping.set_stopped(parts(), stop, wanted=not _is_again())
    return _changed()


@blueprint.get(f"{About.REPORT}/<token>")
@public
def ask_report(token: str) -> Response:
    """The same for a scheduled report."""
    if (stop := stopping.stop_of(parts(), token, About.REPORT)) is None:
        return _not_ours()
    if reports.is_stopped(parts(), stop):
        return _stopped(f"This address gets no more reports {_about(stop)}.")
    text = f"This address gets reports {_about(stop)}."
    return small_page(200, "Stop this report?", text, "Stop this report", "stop")


@blueprint.post(f"{About.REPORT}/<token>")
@public
def change_report(token: str) -> Response:
    """The same for a scheduled report: of this address and this report alone."""
    if (stop := stopping.stop_of(parts(), token, About.REPORT)) is None:
        return _not_ours()
    reports.set_stopped(parts(), stop, wanted=not _is_again())
    return _changed()


def _about(stop: Stop) -> str:
    name, server = reports.report_name(parts(), stop), stopping.server_name(parts(), stop)
    return f"“{name}” of {server}" if name else f"of {server}"


def _is_again() -> bool:
    return request.form.get("do") == AGAIN


def _not_ours() -> Response:
    return small_page(404, "This link is not one of ours", "Nothing was changed.")


def _stopped(text: str) -> Response:
    return small_page(200, "Mails are stopped", text, *AGAIN_BUTTON)


def _changed() -> Response:
    if _is_again():
        return small_page(200, "Mails are sent again", "The link in each of them stops them.")
    return _stopped("This address gets no more of them. If that was a mistake:")
