"""Scripts that travel together: calls made while others are under way wait for them and go in one pipeline.

One write to the socket, one fsync and one read serve all of them; a lone call goes at once. Each call has its own answer or error, and is
answered when it is on disk as the server's settings say. A script is one transition whoever travels beside it: there is no transaction
over several, and a pipeline that is sent again after a lost connection meets scripts that know what they did.

redis-py's own pipeline would do, but packs each word in Python and asks which scripts are loaded before every trip: half again the CPU
of an event (tests/bench).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from hiredis import pack_command
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, ResponseError

Word: TypeAlias = str | bytes | int
# Two short pipelines and not one long one: this process packs and reads one while the server works on the other (tests/bench).
MOST = 16  # calls in one pipeline
UNDER_WAY = 2


class FsyncLateError(Exception):
    """The server answered the script, but did not have it on disk within a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One caller's script with its arguments, and where the answer goes. `fsync`: wait for the disk as well (WAITAOF)."""

    script: Script
    words: tuple[Word, ...]
    fsync: bool
    answer: asyncio.Future[Any]


class Together:
    """The scripts of one client."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._waiting: deque[Call] = deque()
        self._sending: set[asyncio.Task[None]] = set()

    def script(self, text: str) -> Script:
        return Script(self, text)

    async def call(self, script: Script, words: tuple[Word, ...], *, fsync: bool) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(Call(script=script, words=words, fsync=fsync, answer=answer))
        if len(self._sending) < UNDER_WAY:
            sending = asyncio.create_task(self._send())
            self._sending.add(sending)
        return await answer

    async def _send(self) -> None:
        try:
            await self._send_all()
        finally:
            # At once, not in a callback that runs later: a call made in between would find the last sender gone and wait for ever.
            self._sending.discard(asyncio.current_task())

    async def _send_all(self) -> None:
        while self._waiting:
            calls = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            try:
                answers = await self._carry(calls)
            except asyncio.CancelledError:
                for call in (*calls, *self._waiting):
                    call.answer.cancel()
                self._waiting.clear()
                raise
            except Exception as error:  # noqa: BLE001 - each caller sorts it, as if it had been alone
                answers = [error] * len(calls)
            for call, answer in zip(calls, answers, strict=True):
                if call.answer.done():  # its caller was cancelled
                    continue
                if isinstance(answer, Exception):
                    call.answer.set_exception(answer)
                else:
                    call.answer.set_result(answer)

    async def _carry(self, calls: Sequence[Call]) -> list[Any]:
        """Each call's answer or error; raises what befalls all of them, such as a lost connection."""
        commands: list[tuple[Any, ...]] = [("EVALSHA", call.script.sha, *call.words) for call in calls]
        fsync = any(call.fsync for call in calls)
        if fsync:
            commands.append(("WAITAOF", 1, 0, 1000))
        answers = await self._trip(commands)
        if fsync:
            synced = answers.pop()
            late = isinstance(synced, Exception) or int(synced[0]) < 1
            answers = [FsyncLateError() if late and call.fsync else answer for call, answer in zip(calls, answers, strict=True)]
        unloaded = [at for at, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unloaded:  # the server was restarted, or is another one
            for script in {calls[at].script for at in unloaded}:
                await self._redis.script_load(script.text)
            for at, answer in zip(unloaded, await self._carry([calls[at] for at in unloaded]), strict=True):
                answers[at] = answer
        return answers

    async def _trip(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """One pipeline on a connection of the pool, with the pool's retries."""
        packed = [b"".join(pack_command(command) for command in commands)]
        connections = self._redis.connection_pool
        connection = await connections.get_connection()

        async def there_and_back() -> list[Any]:
            await connection.send_packed_command(packed)
            answers: list[Any] = []
            for _ in commands:
                try:
                    answers.append(await connection.read_response())
                except ResponseError as error:
                    answers.append(error)
            return answers

        try:
            found: list[Any] = await connection.retry.call_with_retry(there_and_back, lambda _: connection.disconnect())
            return found
        finally:
            await connections.release(connection)


class Script:
    """One script, called like redis-py's own."""

    def __init__(self, together: Together, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self._together = together

    async def __call__(self, *, keys: Sequence[str] = (), args: Sequence[Word] = (), fsync: bool = False) -> Any:
        return await self._together.call(self, (len(keys), *keys, *args), fsync=fsync)
