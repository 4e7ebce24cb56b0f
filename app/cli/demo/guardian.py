"""The last one out: stops a demo's processes and removes its folder when the demo itself ended without doing so.

Run as a script, on the standard library alone: `python guardian.py FOLDER`. Standard input says which process groups there are, one a
line, and `done` when there is nothing left to do. An end of input without `done` means that the demo was killed or its terminal is gone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time

PATIENCE_SECONDS = 3.0


def told(group: int, number: int) -> bool:
    """Whether the group was there to be signalled."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def clear_away(groups: list[int], folder: str) -> None:
    """Ask every group to stop, insist, remove the folder."""
    left = [group for group in groups if told(group, signal.SIGTERM)]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if told(group, 0)]
    for group in left:
        told(group, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Read until the end of input."""
    groups: list[int] = []
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        with contextlib.suppress(OSError):
            signal.signal(number, signal.SIG_IGN)
    for line in sys.stdin:
        if line.strip() == "done":
            return
        groups.append(int(line))
    clear_away(groups, sys.argv[1])


if __name__ == "__main__":
    main()
