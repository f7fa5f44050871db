"""Buildah and podman on a bare host, without a daemon, systemd or a registry."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess

from adapters.process.tether import die_with_parent
from tests.deployment.texts import ROOT
from tools.standins import apt_install

PACKAGES = ("buildah", "podman", "debootstrap", "crun", "netavark", "aardvark-dns", "iptables")
PROGRAMS = ("buildah", "podman", "debootstrap", "crun", "iptables")
# Kept for the next time: layers that have not changed are not made again.
FOLDER = ROOT / ".venv" / "image-test"
STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""
# Nobody manages cgroups here, and limits above one's own may not be set.
CONTAINERS = """\
[containers]
cgroups = "disabled"
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
"""
MOST_PROCESSES = 32_768


def prepare() -> None:
    """Install what is missing; write what podman reads. In a mount namespace of our own."""
    if any(shutil.which(name) is None for name in PROGRAMS):
        apt_install(*PACKAGES)
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    processes = min(resource.getrlimit(resource.RLIMIT_NPROC)[1], MOST_PROCESSES)
    settings = CONTAINERS.format(files=files, processes=processes)
    (FOLDER / "storage.conf").write_text(STORAGE.format(folder=FOLDER))
    (FOLDER / "containers.conf").write_text(settings)
    os.environ["CONTAINERS_STORAGE_CONF"] = str(FOLDER / "storage.conf")
    os.environ["CONTAINERS_CONF"] = str(FOLDER / "containers.conf")
    # Of hosts that have both kinds of cgroups crun understands only the newer ones.
    run("mount", "--make-rprivate", "/")
    run("umount", "--lazy", "/sys/fs/cgroup", check=False)
    run("mount", "--types", "cgroup2", "none", "/sys/fs/cgroup")


def run(*command: str, check: bool = True) -> str:
    """Run to its end; returns what it says on stdout, and raises with what it says beside."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=die_with_parent
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:6])}: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()


def exit_code(*command: str) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode
