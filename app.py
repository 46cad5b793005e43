"""Frontdesk's commands: each wires the parts together and runs them. `python app.py` names them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, NoReturn

import uvloop

from composition.logs import set_up_logs
from composition.place import Place, the_database, the_running_database
from composition.running import serve, work
from composition.screen import say, say_sign_ins
from composition.server import listen
from embedded import CannotRun
from models.database import database, migrate
from models.demo import load_demo
from schema.root import schema
from settings import BadSetting, Settings


def serve_command() -> None:
    """serve      Serve HTTP and WebSocket, and work too where the database is the embedded one."""
    settings = configured()
    with the_database(settings) as place, listen(settings) as listener:
        run(serve(settings, place, listener))
        say("Frontdesk is stopping.")


def worker_command() -> None:
    """worker     Do what happens later, for servers that have the same DATABASE_URL."""
    settings = configured()
    if settings.database_url is None:
        raise BadSetting(
            "DATABASE_URL is required here: the embedded database's worker runs inside `make run`."
        )
    run(work(settings, Place(settings.database_url)))


def release_command() -> None:
    """release    Bring the database's tables up to date."""
    with the_running_database(configured()) as place:
        run(migrate(place.address))
    say("The database is up to date.")


def demo_command() -> None:
    """demo       Add the demo organization, unless it is there."""
    with the_running_database(configured()) as place:
        added = run(add_demo(place))
    say("The demo organization is there now:" if added else "The demo organization is there already:")
    say_sign_ins()


def schema_command() -> None:
    """schema     Print the schema that clients see."""
    say(schema.as_str())


async def add_demo(place: Place) -> bool:
    await migrate(place.address)
    async with database(place.address, pool_size=2):
        return await load_demo(now=datetime.now(UTC))


def configured() -> Settings:
    settings = Settings.of(os.environ)
    set_up_logs(level=settings.log_level, for_people=settings.in_development)
    return settings


def run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    finally:
        signal.signal(signal.SIGTERM, interrupt)  # the loop has put back what was before us


COMMANDS: dict[str, Callable[[], None]] = {
    "serve": serve_command,
    "worker": worker_command,
    "release": release_command,
    "demo": demo_command,
    "schema": schema_command,
}


def main(arguments: list[str]) -> int:
    """Run the command; 1 for what stops the start, 2 for what is no command, 130 for a start that was stopped."""
    command = COMMANDS.get(arguments[0]) if len(arguments) == 1 else None
    if command is None:
        say("\n".join(str(each.__doc__) for each in COMMANDS.values()))
        return 2
    signal.signal(signal.SIGTERM, interrupt)
    try:
        command()
    except (BadSetting, CannotRun) as refusal:
        sys.stderr.write(f"Frontdesk does not start. {refusal}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def interrupt(number: int, frame: object) -> NoReturn:
    """A request to terminate is heard like Ctrl-C, so that what has been started is stopped."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
