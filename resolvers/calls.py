"""Meetings' calls: how they are joined, and who provides them."""

from __future__ import annotations

from datetime import datetime

from errors import Forbidden
from models.actor import AgentActor
from models.call import asking, connecting
from models.call.carrying import GONE
from models.call.connecting import Account
from models.call.connection import MeetingProviderConnection
from models.meeting.arriving import opening
from models.meeting.changing import Change
from models.meeting.meeting import Meeting
from models.words import DeliveryState, Role
from resolvers import ids
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.calls import ConnectMeetingProviderInput, DisconnectMeetingProviderInput
from schema.inputs.meetings import MeetingActionInput


async def join_url(info: Info, root: Meeting) -> str | None:
    return root.join_url if await _is_shown(info, root) else None


async def join_password(info: Info, root: Meeting) -> str | None:
    return root.join_password if await _is_shown(info, root) else None


async def dial_in(info: Info, root: Meeting) -> str | None:
    return root.dial_in if await _is_shown(info, root) else None


async def join_opens_at(info: Info, root: Meeting) -> datetime | None:
    """None for a meeting that neither has a call nor will have one."""
    if root.status in GONE or (root.call_state is not DeliveryState.PENDING and root.join_url is None):
        return None
    return await _opens_at(info, root)


async def _is_shown(info: Info, root: Meeting) -> bool:
    """To agents always; to guests once one can come to the meeting."""
    if root.join_url is None or root.status in GONE:
        return False
    if isinstance(info.context.actor, AgentActor):
        return True
    return info.context.now() >= await _opens_at(info, root)


async def _opens_at(info: Info, root: Meeting) -> datetime:
    organization = await info.context.loaders.organizations.load(root.organization_id)
    assert organization is not None
    return opening(root, organization.settings)


@refusals_as_values
async def create_virtual_meeting(info: Info, input: MeetingActionInput) -> Payload:
    key = ids.decode(input.meeting_id, "Meeting", field=("meetingId",))
    change = Change(expected_version=input.expected_version, reason=input.reason)
    asked = await asking.ask_for_call(key, change, actor=info.context.agent(), now=info.context.now())
    return Payload(meeting=asked)


async def meeting_providers(info: Info) -> list[MeetingProviderConnection]:
    actor = info.context.agent()
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators see this.")
    return await MeetingProviderConnection.visible_to(actor).order_by("-is_default", "id")


@refusals_as_values
async def connect_meeting_provider(info: Info, input: ConnectMeetingProviderInput) -> Payload:
    context, actor = info.context, info.context.agent()
    account = Account(provider=input.provider, url=input.url, app_id=input.app_id, app_secret=input.app_secret)
    connected = await connecting.connect_provider(
        account,
        is_default=bool(input.is_default),
        actor=actor,
        keys=context.world.keys,
        once=once_of(context, "connectMeetingProvider", input, organization_id=actor.organization_id),
    )
    return Payload(connection=connected)


@refusals_as_values
async def disconnect_meeting_provider(info: Info, input: DisconnectMeetingProviderInput) -> Payload:
    actor = info.context.agent()
    key = ids.decode(input.connection_id, "MeetingProviderConnection", field=("connectionId",))
    await connecting.disconnect_provider(key, actor=actor, now=info.context.now())
    return Payload(disconnected=True)
