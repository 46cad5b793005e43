"""What a file is, as far as its content shows: what it is called, and whoever sent it as what, decides nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Media:
    """`seconds` is how long it plays, where that can be read; `codec` how its sound is written, where that matters."""

    media_type: str
    seconds: float | None = None
    codec: str | None = None

    @property
    def is_sound(self) -> bool:
        return self.media_type.startswith("audio/")


UNKNOWN = Media("application/octet-stream")


class Unreadable(Exception):
    """The file breaks off, or is not what its beginning says: the rest of it is not looked at."""


MOST_STEPS = 200_000
"""How many parts of a file are looked at: nobody is to keep us busy with a file of nothing but beginnings."""
