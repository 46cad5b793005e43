"""What is deleted is named by nothing new, whatever a verb has seen before: the database refuses it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.exceptions import IntegrityError

from errors import NotFound

_NOUNS = {f"{noun}_is_there": noun for noun in ("office", "service", "subject", "disposition")}
"""By the names that triggers give to what they refuse (migration 0026)."""


@asynccontextmanager
async def naming_what_is_there() -> AsyncIterator[None]:
    """Refuses NotFound where a new row would name what has been deleted since it was found. Goes around the
    transaction, which has failed by then."""
    try:
        yield
    except IntegrityError as error:
        diag = getattr(error.args[0], "diag", None)
        noun = diag and _NOUNS.get(diag.constraint_name or "")
        if not noun:
            raise
        raise NotFound(f"There is no such {noun}.", field=(f"{noun}Id",)) from None
