"""Running ffmpeg: a program that does as it does where it is told so, and the real one where there is one."""

from __future__ import annotations

import asyncio
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from errors import ProviderDown, ProviderRejected
from providers.media.sniffing import examine
from providers.media.transcoding import Ffmpeg
from tests.realtime.transport.serving import until

SAMPLES = Path(__file__).parent / "samples"
SAID = ("audio/ogg", "opus")


def program(folder: Path, does: str) -> Path:
    """A program in the place of ffmpeg; it knows `source` and `target`."""
    path = folder / "ffmpeg"
    begins = f"""\
        #!{sys.executable}
        import os, resource, subprocess, sys, time
        from pathlib import Path
        arguments = sys.argv[1:]
        source = Path(arguments[arguments.index("-i") + 1].removeprefix("file:"))
        target = Path(arguments[-1].removeprefix("file:"))
        """
    path.write_text(textwrap.dedent(begins) + textwrap.dedent(does))
    path.chmod(0o700)
    return path


async def transcode(ffmpeg: Ffmpeg, folder: Path, *, media_type: str = "audio/webm") -> Path:
    source, target = folder / "sent", folder / "voice.ogg"
    source.write_bytes(b"sound")
    await ffmpeg.to_opus(source, target, media_type=media_type)
    return target


async def test_the_program_is_told_what_the_file_is_and_opens_nothing_else(tmp_path: Path) -> None:
    says = "target.write_text(' '.join(arguments) + ' ' + str(dict(os.environ)))"
    said = (await transcode(Ffmpeg(program(tmp_path, says)), tmp_path)).read_text()
    assert f"-protocol_whitelist file -f matroska -i file:{tmp_path}/sent" in said
    assert "-map_metadata -1" in said
    assert "SECRET" not in said
    assert str(Path.home()) not in said.partition("{")[2]


async def test_a_type_that_it_has_no_name_for_is_not_given_to_it(tmp_path: Path) -> None:
    ffmpeg = Ffmpeg(program(tmp_path, "target.write_text('x')"))
    for media_type in ("video/mp4", "text/plain", "application/octet-stream"):
        with pytest.raises(ProviderRejected):
            await transcode(ffmpeg, tmp_path, media_type=media_type)
    assert not (tmp_path / "voice.ogg").exists()


@pytest.mark.parametrize("does", ["sys.exit(1)", "pass", "target.write_bytes(b'')", "os.kill(os.getpid(), 9)"])
async def test_where_nothing_comes_of_it_that_is_said(tmp_path: Path, does: str) -> None:
    with pytest.raises(ProviderRejected):
        await transcode(Ffmpeg(program(tmp_path, does)), tmp_path)


async def test_a_program_that_is_not_there_may_be_there_later(tmp_path: Path) -> None:
    with pytest.raises(ProviderDown):
        await transcode(Ffmpeg(tmp_path / "nothing"), tmp_path)


def forking(folder: Path) -> Path:
    """A program that starts another, and says so in no time on any machine."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\nsleep 600 &\necho $$ $! > '{folder}/pids'\nsleep 600\n")
    path.chmod(0o700)
    return path


def is_running(pid: int) -> bool:
    """A process that nobody has waited for is not running any more."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc, which lists processes")
@pytest.mark.parametrize("ends", ["in time", "by whoever waits"])
async def test_what_takes_too_long_is_ended_with_all_that_it_has_started(tmp_path: Path, ends: str) -> None:
    seconds = 3.0 if ends == "in time" else 600
    running = asyncio.create_task(transcode(Ffmpeg(forking(tmp_path), seconds=seconds), tmp_path))
    await until(lambda: (tmp_path / "pids").exists() and len((tmp_path / "pids").read_text().split()) == 2)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    if ends == "by whoever waits":
        running.cancel()
    with pytest.raises((ProviderRejected, asyncio.CancelledError)):
        await running
    await until(lambda: not any(is_running(pid) for pid in pids))


async def test_it_has_little_of_everything(tmp_path: Path) -> None:
    waits = """
        while resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
            time.sleep(0.01)
        names = ("RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CORE")
        target.write_text(" ".join(str(resource.getrlimit(getattr(resource, name))[0]) for name in names))
        """
    said = (await transcode(Ffmpeg(program(tmp_path, waits), seconds=60), tmp_path)).read_text()
    assert said == f"61 {2**30} {2**27} 0"


async def test_two_run_at_once_and_no_more(tmp_path: Path) -> None:
    counts = """
        own = source.parent / f"running-{os.getpid()}"
        own.touch()
        time.sleep(0.1)
        seen = len(list(source.parent.glob("running-*")))
        own.unlink()
        target.write_text(str(seen))
        """
    ffmpeg = Ffmpeg(program(tmp_path, counts))
    source = tmp_path / "sent"
    source.write_bytes(b"sound")
    targets = [tmp_path / f"{number}.ogg" for number in range(6)]
    await asyncio.gather(*(ffmpeg.to_opus(source, one, media_type="audio/wav") for one in targets))
    assert max(int(one.read_text()) for one in targets) <= 2


@pytest.fixture
def real() -> Ffmpeg:
    found = shutil.which("ffmpeg")
    if found is None:
        pytest.skip("needs ffmpeg")
    return Ffmpeg(Path(found).resolve())


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("voice.webm", "audio/webm"),
        ("recorded.webm", "audio/webm"),
        ("voice.m4a", "audio/mp4"),
        ("recorded.mp4", "audio/mp4"),
        ("voice.mp3", "audio/mpeg"),
        ("vorbis.ogg", "audio/ogg"),
        ("voice.wav", "audio/wav"),
        ("voice.flac", "audio/flac"),
        ("voice.aac", "audio/aac"),
    ],
)
async def test_the_real_one_makes_opus_of_every_sound(
    real: Ffmpeg, tmp_path: Path, name: str, media_type: str
) -> None:
    target = tmp_path / "voice.ogg"
    await real.to_opus(SAMPLES / name, target, media_type=media_type)
    with target.open("rb") as file:
        made = examine(file)
    assert (made.media_type, made.codec) == SAID
    assert made.seconds == pytest.approx(1.0 if name in ("voice.wav", "voice.flac") else 2.5, abs=0.2)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (
            b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            "audio/mpeg",
        ),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "audio/wav"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"nothing of the kind" * 100, "audio/webm"),
    ],
)
async def test_the_real_one_makes_nothing_of_what_is_no_sound(
    real: Ffmpeg, tmp_path: Path, content: bytes, media_type: str
) -> None:
    source = tmp_path / "sent"
    source.write_bytes(content)
    with pytest.raises(ProviderRejected):
        await real.to_opus(source, tmp_path / "voice.ogg", media_type=media_type)
