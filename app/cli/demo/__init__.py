"""`orderbro demo`: the whole product on this machine, without configuration, server or account."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Annotated

import typer

from app.cli.demo import scene
from app.cli.demo.household import Household
from app.cli.demo.play import Options, Play
from app.cli.demo.screen import Screen, console
from app.sandbox.hogia.faults import Switches
from app.sandbox.remote import RemoteError
from mappers.errors import Misconfigured

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130


def demo(
    exits: Annotated[bool, typer.Option("--exit", help="verify every total and end with 0, or 1 when anything differs")] = False,  # noqa: FBT002
    recordings: Annotated[Path | None, typer.Option("--recordings", help="let the shop give back one version's recorded answers")] = None,
    orders: Annotated[int, typer.Option("--orders", min=1, max=200, help="how many purchases; a further one goes wrong on purpose")] = len(
        scene.SHOWN
    ),
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="the API's port (8080, or a free one)")] = None,
    fault: Annotated[list[str] | None, typer.Option("--fault", help="a switch of the simulated Hogia: NAME=NUMBER")] = None,
) -> None:
    """Start everything, let customers buy, show event → invoice → total as they happen, and stay; or verify and end."""
    if recordings is not None and not (recordings / "index.json").is_file():
        raise Misconfigured("RECORDINGS_MISSING", f"{recordings} holds no recordings; it is a folder of one version with an index.json.")
    options = Options(
        exits=exits,
        recordings=recordings.resolve() if recordings is not None else None,
        orders=orders,
        port=port,
        faults=dict(map(_switch, fault or ())),
    )
    raise typer.Exit(asyncio.run(_supervised(options)))


def _switch(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not number.isdigit():
        raise typer.BadParameter(f"{text!r} is not NAME=NUMBER, for instance drop_response_after_commit=3")
    is_flag = isinstance(getattr(Switches(), name, None), bool)
    value = number != "0" if is_flag else int(number)
    try:
        Switches().update({name: value})
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return name, value


async def _supervised(options: Options) -> int:
    """Play until it ends, somebody stops it, or a process dies; then stop everything."""
    screen = Screen(console())
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` wants it
            loop.add_signal_handler(number, asked.set)
    house = Household()
    played: asyncio.Task[int] = asyncio.create_task(Play(options=options, house=house, screen=screen).run())
    stopped: asyncio.Task[bool] = asyncio.create_task(asked.wait())
    try:
        died = asyncio.create_task(house.death())
        await asyncio.wait({played, stopped, died}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            with contextlib.suppress(OSError):
                screen.say("\nStopping everything …")
            return INTERRUPTED if options.exits else 0
        if played.done() and played.exception() is None:
            return played.result()
        await asyncio.wait({died}, timeout=1)  # what failed may have failed because a process is gone
        if not died.done() and not isinstance(played.exception(), RemoteError):
            return played.result()
        _tell(screen, house, died.result() if died.done() else "", played)
        return 1
    finally:
        house.stop()
        await _end_all()


async def _end_all() -> None:
    """Cancel until it is heard: on Python 3.11 a cancellation that meets a Redis command may be swallowed (asyncio.wait_for)."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        ended, _ = await asyncio.wait(others, timeout=0.2)
        for task in ended:
            if not task.cancelled():
                task.exception()  # what it met while everything was stopped is nobody's news


def _tell(screen: Screen, house: Household, name: str, played: asyncio.Task[int]) -> None:
    """What went wrong with the demo itself."""
    if name:
        screen.say(f"\nThe process {name} ended by itself, so everything is stopped. Its last words:", style="bold red")
        for line in house.last_words(name):
            screen.say(f"  {line}")
    else:
        screen.say(f"\nThe demo cannot go on: {played.exception()}", style="bold red")
