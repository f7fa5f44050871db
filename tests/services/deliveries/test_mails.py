"""A channel of several mail addresses: what one of them refuses."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from adapters.channels.mask import MASK
from domain.alert_rules import CALM_AFTER_MS, EventType
from domain.messages import Priority
from domain.roles import Admin, Authenticated, Moderator, Viewer
from domain.windows import HOUR_MS, MINUTE_MS
from models.channels.store import channel_of
from services.deliveries.engine import deliver
from services.deliveries.explaining import explain
from services.deliveries.shown import deliveries_page
from services.notifications.preferences import put_preferences
from tests.parts import GUILD
from tests.servers.mail import mail_server
from tests.services.alerts.town import Town, open_town, raid

ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"


def _state(town: Town) -> str:
    with town.parts.database.read() as connection:
        channel = channel_of(connection, GUILD, town.channels["email"])
    assert channel is not None
    return channel.state


def test_one_refused_address_ends_itself_and_the_channel_is_failing(
    sqlite_url: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        post = stack.enter_context(mail_server())
        smtp = f"smtp://127.0.0.1:{post.port}"
        town = open_town(stack, sqlite_url, tmp_path, SMTP_URL=smtp)
        town.add_channel("email", settings={"addresses": [ADA, BOB, EVE]})
        post.refused = {BOB}
        post.fail("RCPT", "450 later", "450 later")  # so that the others are taken after it
        town.ingest(*raid(town.clock() - 30_000))
        town.sweep()
        town.pass_time(MINUTE_MS)
        firing = {row.target: row.state for row in town.deliveries()}
        assert firing == {ADA: "sent", BOB: "dead", EVE: "sent"}
        assert _state(town) == "failing"
        town.pass_time(CALM_AFTER_MS)
        ends = [f"{row.target} {row.reason}" for row in town.deliveries() if row.kind == "resolved"]
        assert sorted(ends) == [f"{ADA} sent", f"{BOB} never_told", f"{EVE} sent"]
        assert _state(town) == "ok"


def test_an_address_of_two_channels_gets_one_mail(sqlite_url: str, tmp_path: Path) -> None:
    """And is told so beforehand: who looks why the other channel sent none finds the same word."""
    with ExitStack() as stack:
        post = stack.enter_context(mail_server())
        smtp = f"smtp://127.0.0.1:{post.port}"
        town = open_town(stack, sqlite_url, tmp_path, SMTP_URL=smtp)
        for addresses in ([ADA, BOB], [BOB.capitalize(), EVE]):
            town.add_channel("email", settings={"addresses": addresses})
        said = explain(town.parts, town.who, EventType.MASS_VIOLATIONS, Priority.CRITICAL, None)
        town.ingest(*raid(town.clock() - 30_000))
        town.sweep()
        town.pass_time(CALM_AFTER_MS + MINUTE_MS)
        reasons = {row.target: row.reason for row in town.deliveries() if row.kind == "firing"}
        assert sorted(reasons.values()) == ["duplicate", "sent", "sent", "sent"]
        assert sorted(row.reason for row in said.decisions) == ["duplicate", *["send"] * 3]
        to = sorted(letter.recipients[0].lower() for letter in post.letters)
        assert to == [ADA, ADA, BOB, BOB, EVE, EVE]


def test_an_address_of_two_channels_gets_one_mail_after_a_mute_too(
    sqlite_url: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        post = stack.enter_context(mail_server())
        smtp = f"smtp://127.0.0.1:{post.port}"
        town = open_town(stack, sqlite_url, tmp_path, SMTP_URL=smtp)
        for addresses in ([ADA, BOB], [BOB.capitalize(), EVE]):
            town.add_channel("email", settings={"addresses": addresses})
        put_preferences(town.parts, town.who, {"muted_until": town.clock() + HOUR_MS})
        town.ingest(*raid(town.clock() - 30_000))
        town.sweep()
        assert {row.reason for row in town.deliveries()} == {"muted"}
        put_preferences(town.parts, town.who, {"muted_until": None})
        deliver(town.parts)
        reasons = sorted(row.reason for row in town.deliveries())
        assert reasons == ["duplicate", "sent", "sent", "sent"]
        assert sorted(letter.recipients[0].lower() for letter in post.letters) == [ADA, BOB, EVE]


def test_only_admins_are_told_whose_mails_they_are(sqlite_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        town = open_town(stack, sqlite_url, tmp_path)
        town.add_channel("email", settings={"addresses": [ADA]})
        town.ingest(*raid(town.clock() - 30_000))
        town.parts.materialise()
        for role, shown in (
            (Viewer, f"a{MASK}@example.org"),
            (Moderator, f"a{MASK}@example.org"),
            (Admin, ADA),
        ):
            who = Authenticated(GUILD, 41, role)
            listed = deliveries_page(town.parts.database, who, None, 10, None)
            said = explain(town.parts, who, EventType.BOT_OFFLINE, None, None)
            assert [row.target for row in listed.deliveries] == [shown]
            assert [row.target for row in said.decisions] == [shown]
