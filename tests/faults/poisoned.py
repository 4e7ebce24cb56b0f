"""A worker that is killed by one entity, each time it touches it: as memory without end or a fault in C would."""

from __future__ import annotations

import os
import signal

from app.store.marks import Claim, Settlement
from mappers.canonical import EntityKey, Kind
from workers import main
from workers.resources import Resources

POISON = os.environ["POISON"]
process_order = main.HANDLERS[Kind.ORDER]


async def touched(resources: Resources, claim: Claim, key: EntityKey) -> Settlement:
    if str(key) == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return await process_order(resources, claim, key)


main.HANDLERS[Kind.ORDER] = touched

if __name__ == "__main__":
    main.main()
