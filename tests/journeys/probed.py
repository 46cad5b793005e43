"""A web process that says what it holds whenever it is asked to: python probed.py serves as `app.py serve` does, and
answers each line on its standard input by a census."""

import asyncio
import gc
import json
import os
import sys
from collections import Counter
from pathlib import Path
from types import AsyncGeneratorType

sys.path.insert(0, str(Path(__file__).parents[2]))

import uvloop

from composition.place import the_database
from composition.running import serve
from composition.server import listen
from realtime.feed import Event
from realtime.hub.subscriber import Subscriber
from settings import Settings


def census() -> dict[str, int]:
    """What is alive. The collector sees what came after the start."""
    gc.collect()
    kinds: Counter[str] = Counter()
    for thing in gc.get_objects():
        if isinstance(thing, Event):
            kinds["events"] += 1
        elif isinstance(thing, Subscriber):
            kinds["subscribers"] += 1
            kinds["lost"] += thing._loss is not None
        elif isinstance(thing, AsyncGeneratorType):
            kinds["generators"] += thing.ag_frame is not None
    return {
        **{kind: kinds[kind] for kind in ("events", "subscribers", "lost", "generators")},
        "tasks": len(asyncio.all_tasks()),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "bytes": int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE"),
    }


async def answer() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        sys.stdout.write(f"census {json.dumps(census())}\n")
        sys.stdout.flush()


async def main() -> None:
    settings = Settings.of(os.environ)
    with the_database(settings) as place, listen(settings) as listener:
        answering = asyncio.create_task(answer())
        await serve(settings, place, listener)
        answering.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
