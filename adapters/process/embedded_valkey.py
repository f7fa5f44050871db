"""Where the embedded Valkey of a data folder listens."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

# The kernel takes 107 bytes for the path of a socket; Valkey itself needs a few of them.
LONGEST_PATH_BYTES = 100


def socket_path(data_dir: Path) -> Path:
    """Return the path of the unix socket of the Valkey that belongs to `data_dir`.

    It lies in that folder, or, where the path would be too long for a socket, in a short one under
    the temporary folder, the same for every process. Nothing is made here.
    """
    usual = data_dir / "valkey.sock"
    if len(os.fsencode(usual)) < LONGEST_PATH_BYTES:
        return usual
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"modwatch-{os.geteuid()}-{name}" / "valkey.sock"


def redis_url(data_dir: Path) -> str:
    """Return the address of that Valkey; a folder may have any character in its name."""
    return f"unix://{quote(str(socket_path(data_dir)))}"
