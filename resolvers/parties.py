"""Loaders of who comes to meetings, as the viewer may know it: guests know of each other only that there are others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from datetime import datetime
from functools import cached_property

from tortoise.expressions import Q

from models.actor import Actor, GuestActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.contact.masking import Mask
from models.conversation.message import Message
from models.conversation.telling import Told
from models.meeting.arriving import Arrival
from models.meeting.meeting import Attendee, MeetingChange
from models.meeting.seat import taken_seats
from models.words import MeetingChangeKind
from resolvers.batching import Loader, by_id, owned

SOMEBODY = "Guest"
"""What guests are called to other guests."""


class PartyLoaders:
    _viewer: Callable[[], Actor]
    _mask: Callable[[], Awaitable[Mask]]

    @cached_property
    def contacts(self) -> Loader[int, Contact | None]:
        """As who they are by now. To guests, of others there is nothing but that they are not the same. To agents they
        are masked field by field, which need not wait for anything then."""

        async def load(ids: Sequence[int]) -> list[Contact | None]:
            viewer = self._viewer()
            await self._mask()
            own = viewer.contact_ids if isinstance(viewer, GuestActor) else frozenset[int]()
            rows = await Contact.of_ids({*ids, *own})
            gone = {row.merged_into_id for row in rows if row.merged_into_id is not None}
            ends = {row.id: row for row in await Contact.of_ids(gone)} if gone else {}
            found = {row.id: ends.get(row.merged_into_id or 0, row) for row in rows}
            if isinstance(viewer, GuestActor):
                me = {found[id].id for id in own if id in found}
                found = {id: row if row.id in me else _somebody(row) for id, row in found.items()}
            return [found.get(id) for id in ids]

        loader = Loader(load)
        for id, contact in self._authors.items():
            loader.prime(id, contact)
        return loader

    def know_author(self, told: Told) -> None:
        """Do not ask for who wrote a message that was read with its author."""
        if told.agent is not None:
            self._colleagues[told.agent.id] = told.agent
        contact, id = told.author, told.message.author_contact_id
        if contact is not None and id is not None:
            is_shown = told.is_own or not isinstance(self._viewer(), GuestActor)
            self._authors[id] = contact if is_shown else _somebody(contact)

    def author(self, message: Message) -> Agent | Contact | None:
        """Who wrote it, where they are known already."""
        if message.author_agent_id is not None:
            return self._colleagues.get(message.author_agent_id)
        return self._authors.get(message.author_contact_id or 0)

    @cached_property
    def agents(self) -> Loader[int, Agent | None]:
        loader = by_id(Agent)
        for id, agent in self._colleagues.items():
            loader.prime(id, agent)
        return loader

    @cached_property
    def _authors(self) -> dict[int, Contact]:
        return {}

    @cached_property
    def _colleagues(self) -> dict[int, Agent]:
        return {}

    @cached_property
    def attendees_of_meeting(self) -> Loader[int, list[Attendee]]:
        """Those who take part, masked as the viewer sees them; to a guest of a group meeting their own party. Not
        remembered, as the operation's next mutation may change it."""

        async def load(ids: Sequence[int]) -> list[list[Attendee]]:
            viewer = self._viewer()
            rows = Attendee.filter(meeting_id__in=list(ids), left_at__isnull=True)
            if isinstance(viewer, GuestActor):
                own = Q(contact_id__in=Contact.same_as(viewer.contact_ids))
                rows = rows.filter(Q(meeting__seats=1) | own)
            mask = await self._mask()
            found = [_masked(one, mask) for one in await rows.order_by("id")]
            return owned(found, "meeting_id", ids)

        return Loader(load, cache=False)

    @cached_property
    def arrivals_of_meeting(self) -> Loader[int, list[Arrival]]:
        """In the order in which they came; to a guest of a group meeting the agents' and their own."""

        async def load(ids: Sequence[int]) -> list[list[Arrival]]:
            viewer = self._viewer()
            rows = Arrival.filter(meeting_id__in=list(ids))
            if isinstance(viewer, GuestActor):
                own = Q(contact_id__isnull=True) | Q(contact_id__in=Contact.same_as(viewer.contact_ids))
                rows = rows.filter(Q(meeting__seats=1) | own)
            return owned(await rows.order_by("at", "id"), "meeting_id", ids)

        return Loader(load, cache=False)

    @cached_property
    def changes_of_meeting(self) -> Loader[int, list[MeetingChange]]:
        """Without what concerns, to a guest of a group meeting, other guests alone, or agents."""

        async def load(ids: Sequence[int]) -> list[list[MeetingChange]]:
            viewer = self._viewer()
            rows = MeetingChange.filter(meeting_id__in=list(ids))
            if isinstance(viewer, GuestActor):
                own = Q(party__contact_id__in=Contact.same_as(viewer.contact_ids))
                rows = rows.filter(Q(party_id__isnull=True) | own)
                rows = rows.exclude(kind=MeetingChangeKind.VIRTUAL_MEETING_FAILED)
            return owned(await rows.order_by("id"), "meeting_id", ids)

        return Loader(load)

    @cached_property
    def taken_seats_of_meeting(self) -> Loader[tuple[int, datetime], int]:
        """At a moment; of several, at the last one. Not remembered either."""

        async def load(keys: Sequence[tuple[int, datetime]]) -> list[int]:
            taken = await taken_seats({id for id, _ in keys}, now=max(now for _, now in keys))
            return [taken.get(id, 0) for id, _ in keys]

        return Loader(load, cache=False)


def _somebody(contact: Contact) -> Contact:
    return Contact(id=contact.id, organization_id=contact.organization_id, name=SOMEBODY)


def _masked(attendee: Attendee, mask: Mask) -> Attendee:
    """A row to be shown, whose fields are plain: so lists of them are written at once."""
    if not mask.hides:
        return attendee
    shown = copy(attendee)
    shown.name, shown.email = mask.name(attendee.name), mask.email(attendee.email)
    return shown
