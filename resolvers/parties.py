"""Loaders of who comes to meetings, as the viewer may know it: guests know of each other only that there are others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property

from strawberry.dataloader import DataLoader
from tortoise.expressions import Q

from models.actor import Actor, GuestActor
from models.contact import Contact
from models.meeting.arriving import Arrival
from models.meeting.meeting import Attendee, MeetingChange
from models.meeting.seat import taken_seats
from models.words import MeetingChangeKind
from resolvers.batching import owned

SOMEBODY = "Guest"
"""What guests are called to other guests."""


class PartyLoaders:
    _viewer: Callable[[], Actor]

    @cached_property
    def contacts(self) -> DataLoader[int, Contact | None]:
        """To guests, of others there is nothing but that they are not the same."""

        async def load(ids: Sequence[int]) -> list[Contact | None]:
            viewer = self._viewer()
            found = {row.id: row for row in await Contact.filter(id__in=list(ids))}
            if isinstance(viewer, GuestActor):
                found = {id: row if id in viewer.contact_ids else _somebody(row) for id, row in found.items()}
            return [found.get(id) for id in ids]

        return DataLoader(load)

    @cached_property
    def attendees_of_meeting(self) -> DataLoader[int, list[Attendee]]:
        """Those who take part; to a guest of a group meeting their own party. Not remembered, as the operation's next
        mutation may change it."""

        async def load(ids: Sequence[int]) -> list[list[Attendee]]:
            viewer = self._viewer()
            rows = Attendee.filter(meeting_id__in=list(ids), left_at__isnull=True)
            if isinstance(viewer, GuestActor):
                rows = rows.filter(Q(meeting__seats=1) | Q(contact_id__in=list(viewer.contact_ids)))
            return owned(await rows.order_by("id"), "meeting_id", ids)

        return DataLoader(load, cache=False)

    @cached_property
    def arrivals_of_meeting(self) -> DataLoader[int, list[Arrival]]:
        """In the order in which they came; to a guest of a group meeting the agents' and their own."""

        async def load(ids: Sequence[int]) -> list[list[Arrival]]:
            viewer = self._viewer()
            rows = Arrival.filter(meeting_id__in=list(ids))
            if isinstance(viewer, GuestActor):
                own = Q(contact_id__isnull=True) | Q(contact_id__in=list(viewer.contact_ids))
                rows = rows.filter(Q(meeting__seats=1) | own)
            return owned(await rows.order_by("at", "id"), "meeting_id", ids)

        return DataLoader(load, cache=False)

    @cached_property
    def changes_of_meeting(self) -> DataLoader[int, list[MeetingChange]]:
        """Without what concerns, to a guest of a group meeting, other guests alone, or agents."""

        async def load(ids: Sequence[int]) -> list[list[MeetingChange]]:
            viewer = self._viewer()
            rows = MeetingChange.filter(meeting_id__in=list(ids))
            if isinstance(viewer, GuestActor):
                rows = rows.filter(Q(party_id__isnull=True) | Q(party__contact_id__in=list(viewer.contact_ids)))
                rows = rows.exclude(kind=MeetingChangeKind.VIRTUAL_MEETING_FAILED)
            return owned(await rows.order_by("id"), "meeting_id", ids)

        return DataLoader(load)

    @cached_property
    def taken_seats_of_meeting(self) -> DataLoader[tuple[int, datetime], int]:
        """At a moment; of several, at the last one. Not remembered either."""

        async def load(keys: Sequence[tuple[int, datetime]]) -> list[int]:
            taken = await taken_seats({id for id, _ in keys}, now=max(now for _, now in keys))
            return [taken.get(id, 0) for id, _ in keys]

        return DataLoader(load, cache=False)


def _somebody(contact: Contact) -> Contact:
    return Contact(id=contact.id, organization_id=contact.organization_id, name=SOMEBODY)
