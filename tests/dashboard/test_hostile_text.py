"""What members and bots write is shown as text, whatever it looks like."""

import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime

import httpx
from playwright.sync_api import expect

from tests.dashboard.conftest import Visit
from tests.servers.made import ROOT, Made

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
NAME = "<img src=x onerror=alert(1)>"
REASON = "<script>alert(2)</script> ${7*7} {{7*7}} \u202egnp.exe"


def bot_token(stack: Made, guild_id: str) -> str:
    """A token as an operator makes it, on the command line."""
    made = subprocess.run(
        [*FLASK, "tokens", "create", "--kind", "bot", "--guild", guild_id],
        cwd=ROOT,
        env=os.environ | {"MODWATCH_DATA_DIR": str(stack.data_dir), "MODWATCH_DEMO": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


def hostile_events(guild_id: str) -> list[dict[str, str]]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    common = {"guild_id": guild_id, "timestamp": now, "user_id": "666000000000000001"}
    return [
        common | {"type": "user", "id": str(uuid.uuid4()), "username": NAME},
        common
        | {"type": "violation", "id": str(uuid.uuid4()), "reason": REASON, "severity": "high"}
        | {"detection_type": "manual", "action_taken": "<b>Ban</b>"},
    ]


def test_hostile_text_stays_text(visit: Visit, stack: Made) -> None:
    page = visit(role="owner")
    guild_id = page.get_by_role("combobox", name="Server").input_value()
    answer = httpx.post(
        f"{stack.url}/api/v1/ingest",
        json={"events": hostile_events(guild_id)},
        headers={"Authorization": f"Bearer {bot_token(stack, guild_id)}"},
    )
    assert answer.json()["accepted"] == 2
    page.reload()
    page.locator("#violations").scroll_into_view_if_needed()
    row = page.locator("#violations tbody tr").filter(has_text=NAME).first
    expect(row).to_contain_text(REASON)
    assert page.locator("#app").locator("img, script").count() == 0
