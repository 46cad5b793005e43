"""A transcript as a PDF, drawn by a process of its own: whoever else is served does not wait for it."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from pathlib import Path

from errors import ProviderDown
from providers.transcripts.facts import TranscriptFacts

_HOUSE = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-m", "providers.transcripts.drawing")
# It gets no secrets to keep. One thread leaves the other processors to who is served.
_ENVIRONMENT = {"PATH": os.defpath, "RAYON_NUM_THREADS": "1"}
_MOST_WAITING = 20


class Press:
    """Draws one transcript at a time. Raises ProviderDown where too many wait, or one takes longer than `seconds`."""

    def __init__(self, *, seconds: float = 120.0) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._readers: set[str] = set()

    async def pdf(self, facts: TranscriptFacts, *, reader: str) -> bytes:
        """The transcript. Nobody who reads waits for more than one at a time."""
        if reader in self._readers:
            raise ProviderDown("another transcript is being drawn for the reader", retry_after_seconds=10)
        if len(self._readers) >= _MOST_WAITING:
            raise ProviderDown("too many transcripts are waiting to be drawn", retry_after_seconds=30)
        self._readers.add(reader)
        try:
            async with self._turn:
                return await self._drawn(facts)
        finally:
            self._readers.discard(reader)

    async def _drawn(self, facts: TranscriptFacts) -> bytes:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, cwd=_HOUSE, env=_ENVIRONMENT
        )
        try:
            async with asyncio.timeout(self._seconds):
                pdf, said = await process.communicate(pickle.dumps(facts))
        except TimeoutError:
            raise ProviderDown("the transcript takes too long to draw") from None
        finally:
            if process.returncode is None:  # the time is over, or whoever asked has gone
                process.kill()
                await process.wait()
        if process.returncode != 0:
            last = said.decode(errors="replace").strip().rpartition("\n")[2]
            raise RuntimeError(f"drawing a transcript has ended with {process.returncode}: {last}")
        return pdf
