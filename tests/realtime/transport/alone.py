"""The server under test in a process of its own, on uvloop, as it is run in earnest."""

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import uvicorn

from realtime.transport import SocketLimits
from tests.realtime.transport.schema_under_test import Watch
from tests.realtime.transport.serving import Served, configured
from tests.waiting import PATIENCE_SECONDS


@asynccontextmanager
async def alone() -> AsyncGenerator[tuple[asyncio.subprocess.Process, Served], None]:
    """A process that serves, and how to reach it; killed at the end where it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.realtime.transport.alone",
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS))
        yield process, Served(port, Watch(), [], cast("uvicorn.Server", None))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    served = configured(listener, limits=SocketLimits(), loop="uvloop")
    print(served.port, flush=True)  # noqa: T201 - the parent reads it
    served.uvicorn.run(sockets=[listener])


if __name__ == "__main__":
    main()
