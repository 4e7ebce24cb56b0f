"""Children that must not outlive us: a killed supervisor has no chance to stop them."""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """To be run in a new child: it gets SIGTERM when its parent dies. Linux only; elsewhere it does nothing."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
