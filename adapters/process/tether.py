"""Ties the life of a process to its parent's: no way of killing one leaves the other behind."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
# Loaded at import: a child between fork and exec must not have to open a library.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent_pid: int | None = None, death_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `death_signal` to this process when its parent ends, however it ends.

    `parent_pid` is the parent the caller was started by; where it has already gone the signal is
    sent at once, since the kernel reports only deaths that come after the request. Children do not
    inherit the tie, so each forked worker asks for its own. On systems other than Linux this does
    nothing. Raises OSError where the kernel refuses.
    """
    if not sys.platform.startswith("linux"):
        return
    expected = os.getppid() if parent_pid is None else parent_pid
    if _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    if os.getppid() != expected:
        os.kill(os.getpid(), death_signal)
