"""Frontdesk as `make run` starts it: in a process and a folder of its own, on a port of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.waiting import PATIENCE_SECONDS

HOUSE = Path(__file__).parents[2]


class Installation:
    """One folder with its data, or another's database; started, stopped, killed and started again."""

    program: tuple[Path | str, ...] = (HOUSE / "app.py", "serve")

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self._environment = environment
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def mails(self) -> Path:
        return self.folder / ".data" / "mail"

    @property
    def runs(self) -> bool:
        return self._process is not None

    @property
    def process(self) -> int:
        assert self._process is not None
        return self._process.pid

    def output(self) -> str:
        return (self.folder / "output.txt").read_text()

    async def start(self) -> None:
        """Until it says that it is ready."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name
            not in ("DATABASE_URL", "TEST_DATABASE_URL", "REDIS_URL", "SMTP_URL", "S3_URL", "SECRET_KEY")
        }
        environment |= {"PORT": str(self.port), "FETCH_ALSO": "127.0.0.0/8", "HOST": "127.0.0.1"}
        environment |= self._environment
        with (self.folder / "output.txt").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self.program, cwd=self.folder, env=environment,
                stdin=asyncio.subprocess.PIPE, stdout=output, stderr=output,
            )  # fmt: skip
        async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
            while not await self._ready(session):
                assert self._process.returncode is None, self.output()
                await asyncio.sleep(0.1)

    async def _ready(self, session: aiohttp.ClientSession) -> bool:
        with suppress(aiohttp.ClientError):
            async with session.get(f"{self.address}/readyz") as response:
                return response.status == 200
        return False

    async def interrupt(self) -> int:
        """Ctrl-C; its exit status."""
        return await self._end(signal.SIGINT)

    async def kill(self) -> int:
        return await self._end(signal.SIGKILL)

    async def _end(self, number: int) -> int:
        process = self._process
        assert process is not None
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            status = await process.wait()
        self._process = None
        return status

    async def leave(self) -> None:
        """Stop what a failed test left running."""
        if self._process is not None:
            await self.interrupt()


class Probed(Installation):
    """One that tells what it holds."""

    program = (HOUSE / "tests" / "journeys" / "probed.py",)

    async def census(self) -> dict[str, int]:
        assert self._process is not None and self._process.stdin is not None
        known = self._censuses()
        self._process.stdin.write(b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(said := self._censuses()) == len(known):
                await asyncio.sleep(0.02)
        return dict(json.loads(said[-1].removeprefix("census ")))

    def _censuses(self) -> list[str]:
        lines = self.output().splitlines(keepends=True)
        return [line for line in lines if line.startswith("census ") and line.endswith("\n")]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
