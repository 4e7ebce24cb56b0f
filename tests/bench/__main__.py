"""`python -m tests.bench [ingest|latency|status|worker|calls|catalogue|module|all] [--json FILE]`: the figures, with what was asked for beside them.

Ends with 0 whether a target is met or not, and with 1 when a benchmark could not run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import calls, catalogue, ingest, latency, machine, module, status, worker
from tests.bench.figures import Figure, table
from tests.bench.stand import NotRunningError


def counted() -> list[Figure]:
    """The calls, itemised above the table."""
    found = calls.costs()
    say(*(calls.itemised(each) for each in found), "")
    return calls.figures(found)


BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "ingest": ingest.measure,
    "latency": latency.measure,
    "status": status.measure,
    "worker": worker.measure,
    "calls": counted,
    "catalogue": catalogue.measure,
    "module": module.measure,
}


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("which", nargs="?", default="all", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures, round by round")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    report: dict[str, object] = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    report["machine"] = host = machine.described(Path(tempfile.gettempdir()))
    say(*(f"{name}: {value}" for name, value in host.items()))
    failed = 0
    for name in BENCHMARKS if given.which == "all" else [given.which]:
        say("", f"== {name}: {sys.modules[f'tests.bench.{name}'].__doc__.splitlines()[0]}")
        before, started = machine.load(), time.monotonic()
        try:
            figures = BENCHMARKS[name]()
        except (NotRunningError, OSError) as error:
            say(f"could not run: {error}")
            failed = 1
            continue
        after = machine.load()
        say(table(figures), f"load {before} → {after}, {time.monotonic() - started:.0f} s")
        report[name] = {"load_before": before, "load_after": after, "figures": [figure.as_json() for figure in figures]}
    if given.json is not None:
        given.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
