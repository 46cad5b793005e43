"""The embedded PostgreSQL keeps what it acknowledged, whoever is killed, and belongs to one process at a time."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

import embedded
from embedded.cluster import Running

HOLDER = """
import sys, time
from pathlib import Path
import embedded
with embedded.postgres(Path(sys.argv[1])) as server:
    print("running", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder of the test's own; a server that a test has orphaned is stopped."""
    data = tmp_path / "postgres"
    yield data
    if Running.on(data) is not None:
        with embedded.postgres(data):
            pass


@contextmanager
def holder(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the server."""
    command = [sys.executable, "-c", HOLDER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "running\n"
            yield process
        finally:
            process.kill()


def write(address: str, number: int) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def numbers(address: str) -> list[int]:
    with psycopg.connect(address) as connection:
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]


def pid_on(data: Path) -> int:
    running = Running.on(data)
    assert running is not None
    return running.pid


def test_a_second_start_finds_what_the_first_has_written(data: Path) -> None:
    with embedded.postgres(data) as server:
        write(server.address, 1)
    with embedded.postgres(data) as server:
        assert numbers(server.address) == [1]


def test_nothing_runs_any_more_after_the_block(data: Path) -> None:
    with embedded.postgres(data) as server:
        pid = pid_on(data)
        assert server.alive()
    assert not server.alive()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_killed_server_starts_again_and_has_lost_nothing(data: Path) -> None:
    with embedded.postgres(data) as server:
        write(server.address, 1)
        os.kill(pid_on(data), signal.SIGKILL)
        server.ensure()
        assert numbers(server.address) == [1]


def test_the_server_of_a_killed_process_is_taken_over(data: Path) -> None:
    with holder(data) as process:
        address = embedded.running_at(data)
        assert address is not None
        write(address, 1)
        process.kill()
        process.wait()
        with embedded.postgres(data) as server:
            assert numbers(server.address) == [1]
    assert embedded.running_at(data) is None


def test_killed_together_with_its_process_it_has_lost_nothing_either(data: Path) -> None:
    with holder(data) as process:
        address = embedded.running_at(data)
        assert address is not None
        write(address, 1)
        os.kill(pid_on(data), signal.SIGKILL)
        process.kill()
        process.wait()
        with embedded.postgres(data) as server:
            assert numbers(server.address) == [1]


def test_a_second_process_is_told_who_has_the_folder_and_disturbs_nobody(data: Path) -> None:
    with holder(data) as process:
        with pytest.raises(embedded.AlreadyRunning, match=f"already running .process {process.pid}"):
            embedded.postgres(data).__enter__()
        address = embedded.running_at(data)
        assert address is not None
        write(address, 1)
        assert numbers(address) == [1]


def test_the_number_of_a_killed_server_that_is_now_another_process_is_no_hindrance(data: Path) -> None:
    with embedded.postgres(data):
        left = (data / "postmaster.pid").read_text().splitlines()
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *left[1:]]))
    with embedded.postgres(data) as server:
        write(server.address, 1)


def test_a_server_that_has_only_begun_to_start_is_alive_but_at_no_address_yet_and_is_waited_for(
    data: Path,
) -> None:
    with embedded.postgres(data) as server, ThreadPoolExecutor() as threads:
        file, pid = data / "postmaster.pid", pid_on(data)
        whole = file.read_text()
        lines = whole.splitlines()
        file.write_text("\n".join([*lines[:4], "", ""]))  # as PostgreSQL writes it first
        assert embedded.running_at(data) is None
        assert pid_on(data) == pid
        waiting = threads.submit(server.ensure)
        ended, _ = wait([waiting], timeout=0.2)
        file.write_text(whole)
        assert not ended
        waiting.result()
        assert pid_on(data) == pid
        write(server.address, 1)


def test_what_an_interrupted_start_has_left_is_no_hindrance(data: Path) -> None:
    half_made = data.with_name("postgres.new")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with embedded.postgres(data) as server:
        write(server.address, 1)
    assert not half_made.exists()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_would_lose_data_is_refused_and_does_not_go_on_running(data: Path, setting: str) -> None:
    with embedded.postgres(data):
        pass
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(f"\n{setting} = off\n")
    with pytest.raises(embedded.CannotRun, match=f"{setting} = off"):
        embedded.postgres(data).__enter__()
    assert embedded.running_at(data) is None


def test_what_the_log_says_is_said_when_it_does_not_start(data: Path) -> None:
    with embedded.postgres(data):
        pass
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("\nno_such_setting = 1\n")
    with pytest.raises(embedded.CannotRun, match=r"postgresql\.conf"):
        embedded.postgres(data).__enter__()


def test_data_of_another_version_is_left_alone(data: Path) -> None:
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.CannotRun, match="written by PostgreSQL 16"):
        embedded.postgres(data).__enter__()


def test_a_folder_that_is_no_data_of_postgres_is_left_alone(data: Path) -> None:
    data.mkdir()
    (data / "letters.txt").write_text("dear")
    with pytest.raises(embedded.CannotRun, match="no data of PostgreSQL"):
        embedded.postgres(data).__enter__()
    assert (data / "letters.txt").read_text() == "dear"


@pytest.mark.parametrize("name", ["long" * 30, 'it\'s "odd", $HOME & ü'])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    with embedded.postgres(tmp_path / name / "postgres") as server:
        write(server.address, 1)
        assert numbers(server.address) == [1]


def test_texts_of_all_languages_are_kept_and_folded_whatever_the_machine_speaks(data: Path) -> None:
    with embedded.postgres(data) as server, psycopg.connect(server.address) as connection:
        row = connection.execute("SELECT lower('ÀÉÎŠŽΩ') , current_setting('timezone')").fetchone()
    assert row == ("àéîšžω", "UTC")
