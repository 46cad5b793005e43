"""An event as somebody else than the socket's own caller hears it: the guest whose manage token was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from models.actor import KnownActor
from realtime.feed import Event
from resolvers.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFor(Event):
    viewer: KnownActor

    @classmethod
    def of(cls, event: Event, viewer: KnownActor) -> Self:
        return cls(
            topic=event.topic,
            seq=event.seq,
            kind=event.kind,
            payload=event.payload,
            at=event.at,
            audience=event.audience,
            viewer=viewer,
        )


def hear(context: Context, event: Event) -> None:
    """Whatever is read of the event from here on is read as its hearer may."""
    if isinstance(event, EventFor):
        context.become(event.viewer)
