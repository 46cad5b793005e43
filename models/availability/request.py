"""What is asked of the engine, in the product's words."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from models.actor import Actor, AgentActor
from models.availability.target import Target
from scheduling.question import GuestLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks for what, seen from which zone. The time of the meeting `moved_id` counts as free; `guest_limits` are
    those of the guest, where they are known."""

    target: Target
    guest_zone: ZoneInfo
    actor: Actor
    moved_id: int | None = None
    guest_limits: GuestLimits | None = None

    @property
    def by_agent(self) -> bool:
        return isinstance(self.actor, AgentActor)
