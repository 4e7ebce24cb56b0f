"""Arq's worker, taking what it starts in one step.

Arq itself looks at each waiting job in four round trips, one job after the other, those that are taken or gone as well: behind a burst
the free slots wait for that walk (facts: dependencies.md C). Here one script takes as many as there are slots. All else is arq's.
"""

from __future__ import annotations

from typing import Any

from arq.worker import Worker

from app.store import marks


class Executor(Worker):
    """`ctx["resources"]` is where the store is."""

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Start the first of these that nobody has, one for each free slot."""
        slots = self.max_jobs - self.job_counter
        milliseconds = int(self.in_progress_timeout_s * 1000)
        for job, score in await marks.take(self.ctx["resources"].store, job_ids, most=slots, milliseconds=milliseconds):
            await self.sem.acquire()
            self.job_counter += 1
            task: Any = self.loop.create_task(self.run_job(job, score))
            task.add_done_callback(lambda _: self._release_sem_dec_counter_on_complete())
            self.tasks[job] = task
