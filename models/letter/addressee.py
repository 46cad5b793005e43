"""Whom a letter about a meeting is for."""

from __future__ import annotations

from dataclasses import dataclass

from models.words import Audience


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter is for: the guest, or, with `agent_id`, one of the agents; with `attendee_id`, one of those whom
    guests bring along or, of a group meeting, one of its guests."""

    audience: Audience
    agent_id: int | None = None
    attendee_id: int | None = None

    @property
    def key(self) -> str:
        """Tells the readers of one meeting's letters apart."""
        return f"attendee:{self.attendee_id}" if self.attendee_id else str(self.agent_id or "guest")
