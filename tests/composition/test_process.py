"""The process as `make run` starts it: what it says, how it ends, and what it leaves behind."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

import embedded
from tests.servers import new_database
from tests.waiting import PATIENCE_SECONDS

APP = Path(__file__).parents[2] / "app.py"
OURS = (
    "DATABASE_URL",
    "TEST_DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "S3_URL",
    "SECRET_KEY",
    "PUBLIC_URL",
    "ENVIRONMENT",
)


@dataclass
class Run:
    """One run of a command: its process, and what it has said."""

    process: asyncio.subprocess.Process

    async def until(self, words: str) -> str:
        """What it says on the screen up to a line with these words."""
        assert self.process.stdout is not None
        said = ""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while words not in said:
                line = await self.process.stdout.readline()
                assert line, said
                said += line.decode()
        return said

    async def end(self, number: int | None = None) -> tuple[int, str, str]:
        """Its status, and the rest of what it said on the screen and as errors; after a signal, where one is given."""
        if number is not None:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            screen, errors = await self.process.communicate()
        return self.process.returncode or 0, screen.decode(), errors.decode()


class Desk:
    """A folder to start commands in, and a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / ".data" / "postgres"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port: int = probe.getsockname()[1]
        self._runs: list[Run] = []

    async def run(self, command: str, **environment: str) -> Run:
        environ = {name: value for name, value in os.environ.items() if name not in OURS}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            APP,
            command,
            cwd=self.folder,
            env={**environ, "PORT": str(self.port), **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._runs.append(Run(process))
        return self._runs[-1]

    async def close(self) -> None:
        for run in self._runs:
            if run.process.returncode is None:
                await run.end(signal.SIGINT)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    await desk.close()


async def test_the_last_lines_say_where_to_look_and_how_to_sign_in(desk: Desk) -> None:
    run = await desk.run("serve")
    said = await run.until("chandra@acme.example")
    for words in (
        f"http://localhost:{desk.port}/graphql",
        "/explorer",
        "/readyz",
        ".data/mail",
        "password frontdesk",
    ):
        assert words in said
    assert all(f"{name}@acme.example" in said for name in ("admin", "anna", "ben"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_stops_everything_when_told_to_even_with_open_sockets(desk: Desk, number: int) -> None:
    run = await desk.run("serve")
    await run.until("Frontdesk is running")
    address = f"ws://127.0.0.1:{desk.port}/graphql"
    async with connect(
        address, subprotocols=[Subprotocol("graphql-transport-ws")], open_timeout=PATIENCE_SECONDS
    ) as client:
        await client.send(json.dumps({"type": "connection_init"}))
        await client.recv()
        status, _, errors = await run.end(number)
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert status == 0
    assert "Traceback" not in errors
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012  # come back: the service restarts
    assert embedded.running_at(desk.data) is None


async def test_a_second_one_in_the_same_folder_says_so_and_leaves_the_first_alone(desk: Desk) -> None:
    first = await desk.run("serve")
    await first.until("Frontdesk is running")
    status, screen, errors = await (await desk.run("serve")).end()
    assert (status, screen) == (1, "")
    assert errors.startswith("Frontdesk does not start. This folder's Frontdesk is already running")
    assert errors.count("\n") == 1
    assert first.process.returncode is None
    assert embedded.running_at(desk.data) is not None


async def test_the_demo_is_there_once_also_when_it_is_asked_for_beside_a_running_server(desk: Desk) -> None:
    first = await desk.run("serve")
    await first.until("Frontdesk is running")
    status, screen, _ = await (await desk.run("demo")).end()
    assert status == 0
    assert "is there already" in screen
    assert first.process.returncode is None


async def test_a_taken_port_is_named_and_nothing_is_left_running(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", desk.port)):
        status, _, errors = await (await desk.run("serve")).end()
    assert status == 1
    assert f"PORT {desk.port}" in errors
    assert errors.count("\n") == 1
    assert embedded.running_at(desk.data) is None


async def test_a_bad_setting_ends_the_start_in_one_line(desk: Desk) -> None:
    status, screen, errors = await (await desk.run("serve", SMTP_URL="smtp//nowhere")).end()
    assert (status, screen) == (1, "")
    assert errors.startswith("Frontdesk does not start. SMTP_URL is not usable")
    assert errors.count("\n") == 1


async def test_told_to_stop_while_it_starts_it_leaves_nothing_running(desk: Desk) -> None:
    run = await desk.run("serve")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while embedded.running_at(desk.data) is None:
            await asyncio.sleep(0.01)
    status, _, errors = await run.end(signal.SIGTERM)
    assert status in (0, 130)
    assert "Traceback" not in errors
    assert embedded.running_at(desk.data) is None


async def test_a_word_that_is_no_command_is_answered_with_the_commands(desk: Desk) -> None:
    status, screen, _ = await (await desk.run("dance")).end()
    assert status == 2
    assert all(command in screen for command in ("serve", "worker", "release", "demo", "schema"))


async def test_web_and_worker_run_apart_on_a_database_and_a_redis_of_their_own(
    desk: Desk, postgres_url: str, redis_url: str
) -> None:
    with new_database(postgres_url) as address:
        shared = {"DATABASE_URL": address, "REDIS_URL": redis_url, "SECRET_KEY": "k" * 32, "HOST": "127.0.0.1"}
        assert (await (await desk.run("release", **shared)).end())[0] == 0
        web = await desk.run("serve", **shared)
        said = await web.until("/readyz")
        assert "explorer" not in said
        assert await readiness(desk) == (503, "unavailable")
        worker = await desk.run("worker", **shared)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await readiness(desk) != (200, "ready"):
                await asyncio.sleep(0.05)
        for run in (worker, web):
            status, screen, errors = await run.end(signal.SIGTERM)
            assert status == 0
            assert "acme" not in screen
            assert "Traceback" not in errors
    assert not desk.data.parent.exists()


async def readiness(desk: Desk) -> tuple[int, str]:
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{desk.port}/readyz") as answer:
        return answer.status, (await answer.json())["status"]
