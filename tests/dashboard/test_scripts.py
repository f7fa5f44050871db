"""The page's scripts by themselves: what Node's own test runner says of dashboard/tests."""

import os
import subprocess

from tools.dashboard import DASHBOARD
from tools.standins import node_bin, npm


def test_the_scripts_pass_their_own_tests() -> None:
    folder = node_bin()
    assert folder is not None
    done = subprocess.run(
        [*npm(), "test", "--silent"],
        cwd=DASHBOARD,
        env=os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
