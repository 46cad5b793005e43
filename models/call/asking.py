"""Which meetings get a call: those of an organization that wants it so, and each of which an agent asks for it."""

from __future__ import annotations

import secrets
from datetime import datetime

from errors import AlreadyDecided, NotAllowed, ProviderDisconnected
from models.actor import AgentActor
from models.call.call import Call
from models.call.connection import MeetingProviderConnection
from models.call.following import follow_later
from models.meeting.changing import Change
from models.meeting.locking import lock_seen
from models.meeting.meeting import Meeting
from models.meeting.standing import already
from models.organization.permission import Concern, demand
from models.organization.settings import VirtualMeetingAutomation
from models.transactions import transaction
from models.words import DeliveryState, MeetingStatus, Permission


async def ask_for_call(meeting_id: int, change: Change, *, actor: AgentActor, now: datetime) -> Meeting:
    """Have a scheduled meeting get a call, by a job; one that has it, or is to have it, stays as it is. By its agents,
    and those who oversee the organization.

    Refuses NotFound, Stale, NotAllowed, AlreadyDecided and ProviderDisconnected.
    """
    async with transaction() as tx:
        meeting, _ = await lock_seen(meeting_id, change, actor=actor)
        await _check_may(meeting, actor)
        if meeting.status is not MeetingStatus.SCHEDULED:
            raise already(meeting.status)
        if meeting.end <= now:
            raise AlreadyDecided("The meeting is over.")
        if meeting.call_state in (DeliveryState.PENDING, DeliveryState.DONE):
            return meeting
        await want_call(meeting, (await meeting.organization).settings.virtual_meetings)
        meeting.call_state = DeliveryState.PENDING
        await meeting.save(update_fields=["call_state"])
        await follow_later(tx, meeting, now=now)
    return meeting


async def want_call(meeting: Meeting, how: VirtualMeetingAutomation) -> Call:
    """The meeting's call, with the connection that makes it; part of a verb that holds the meeting. Refuses
    ProviderDisconnected."""
    connection = await MeetingProviderConnection.to_use(meeting.organization_id, how.provider)
    if connection is None:
        raise ProviderDisconnected("No provider of calls is connected.")
    call = await Call.get_or_none(meeting_id=meeting.id)
    if call is None:
        call = Call(
            organization_id=meeting.organization_id,
            meeting_id=meeting.id,
            key=secrets.token_hex(16),
            has_password=how.has_password,
        )
    if call.external_id is None:
        call.connection = connection
    await call.save()
    return call


async def _check_may(meeting: Meeting, actor: AgentActor) -> None:
    await meeting.fetch_related("organization", "agents")
    own = [agent.id for agent in meeting.agents]
    if actor.agent.id not in own and not actor.sees_all:
        raise NotAllowed("Its agents set up the call of a meeting.")
    concern = Concern(agents=own, office_id=meeting.office_id, service_id=meeting.service_id)
    await demand(actor, Permission.EDIT_MEETINGS, meeting.organization.settings, concern)
