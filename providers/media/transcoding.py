"""Sound is written anew as Ogg/Opus, which every messenger plays: by ffmpeg, where there is one.

It reads what strangers have sent. So it is told what the file is and guesses nothing, opens no other file and no
connection, and has little time, memory and disk.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from errors import ProviderDown, ProviderRejected

_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "audio/ogg": "ogg",
        "audio/webm": "matroska",
        "audio/x-matroska": "matroska",
        "audio/mp4": "mov",
        "audio/mpeg": "mp3",
        "audio/wav": "wav",
        "audio/flac": "flac",
        "audio/aac": "aac",
        "audio/amr": "amr",
        "audio/amr-wb": "amr",
    }
)
"""What ffmpeg calls the formats."""

_AT_ONCE = 2
_MEGABYTE = 1_048_576
_SOUND = ("-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-ac", "1", "-ar", "48000")
_OPUS = ("-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "ogg")


class Transcoder(Protocol):
    """Raises ProviderRejected for what cannot be written anew, ProviderDown where it may be later."""

    async def to_opus(self, source: Path, target: Path, *, media_type: str) -> None:
        """Write the sound of the one file into the other, as Ogg/Opus in one channel and without what else is said."""
        ...


class Ffmpeg:
    """Runs `program`, an absolute path; at most two at once, each for so many `seconds`."""

    def __init__(self, program: Path, *, seconds: float = 120.0, megabytes: int = 1024) -> None:
        self._program = program
        self._seconds = seconds
        self._limits = (
            (resource.RLIMIT_CPU, int(seconds) + 1),
            (resource.RLIMIT_AS, megabytes * _MEGABYTE),
            (resource.RLIMIT_FSIZE, 128 * _MEGABYTE),
            (resource.RLIMIT_CORE, 0),
        )
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def to_opus(self, source: Path, target: Path, *, media_type: str) -> None:
        if media_type not in _FORMATS:
            raise ProviderRejected(f"There is no way to write {media_type} anew.")
        given = ("-protocol_whitelist", "file", "-f", _FORMATS[media_type], "-i", f"file:{source}")
        async with self._turns:
            code = await self._run(*given, *_SOUND, *_OPUS, f"file:{target}")
        if code != 0 or not await asyncio.to_thread(_is_there, target):
            raise ProviderRejected(f"The sound could not be written anew (ffmpeg ended with {code}).")

    async def _run(self, *arguments: str) -> int:
        try:
            process = await asyncio.create_subprocess_exec(
                self._program, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1", *arguments,
                stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, env={"LANG": "C"}, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ProviderDown(f"ffmpeg could not be started ({error.strerror}).") from error
        try:
            self._limit(process)
            async with asyncio.timeout(self._seconds):
                return await process.wait()
        except TimeoutError:
            raise ProviderRejected("Writing the sound anew took too long.") from None
        finally:
            await _end(process)

    def _limit(self, process: Process) -> None:
        """Where the system knows how. It has only just begun, and has read nothing yet."""
        if hasattr(resource, "prlimit"):
            with suppress(ProcessLookupError):
                for which, most in self._limits:
                    resource.prlimit(process.pid, which, (most, most))


def _is_there(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


async def _end(process: Process) -> None:
    """With all that it has started, whose group is its own."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
