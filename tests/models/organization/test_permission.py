"""What an agent may do with meetings and conversations, by the organization's settings."""

from __future__ import annotations

import pytest

from errors import NotAllowed
from models.actor import Public
from models.agent.agent import Agent
from models.conversation.assigning import assign
from models.conversation.conversation import Conversation
from models.meeting.changing import Change
from models.meeting.reassigning import reassign
from models.organization.permission import demand, may, permissions_of
from models.organization.settings import Settings
from models.words import Permission, Role
from tests.builders import acting, an_agent, guest_of
from tests.models.meeting.holding import NOW
from tests.models.meeting.teams import a_team, booked, target_of

BY_SETTING = {
    Permission.ASSIGN: "can_assign",
    Permission.EDIT_MEETINGS: "can_edit_meetings",
    Permission.CREATE_MEETINGS: "can_create_meetings",
    Permission.DELETE_MEETINGS: "can_delete_meetings",
}
SETTERS_UP = {Role.ADMINISTRATOR, Role.MANAGER}
BY_ROLE = {
    Permission.SUPERVISE: {*SETTERS_UP, Role.SUPERVISOR},
    Permission.MANAGE_OFFICE: SETTERS_UP,
    Permission.MANAGE_ORGANIZATION: SETTERS_UP,
    Permission.EXPORT: SETTERS_UP,
}


async def only_administrators(agent: Agent, setting: str) -> None:
    organization = await agent.organization
    organization.stored_settings = {**organization.stored_settings, setting: ["ADMINISTRATOR"]}
    await organization.save(update_fields=["stored_settings"])


@pytest.mark.parametrize(("permission", "setting"), BY_SETTING.items())
async def test_the_settings_say_which_roles_may(anna: Agent, permission: Permission, setting: str) -> None:
    some = Settings.of({setting: ["ADMINISTRATOR", "SUPERVISOR"]})
    for role in Role:
        anna.role = role
        allowed = role in (Role.ADMINISTRATOR, Role.SUPERVISOR)
        assert may(anna, permission, some) is allowed
        assert (permission in await permissions_of(acting(anna), some)) is allowed
        assert permission in await permissions_of(acting(anna), Settings())


@pytest.mark.parametrize(("permission", "roles"), BY_ROLE.items())
async def test_other_things_go_by_the_role_alone(anna: Agent, permission: Permission, roles: set[Role]) -> None:
    for role in Role:
        anna.role = role
        assert (permission in await permissions_of(acting(anna), Settings())) is (role in roles)


async def test_from_whom_contacts_are_masked_is_not_shown_them(anna: Agent) -> None:
    masked = Settings.of({"mask_contacts_from": ["AGENT"]})
    assert Permission.SEE_UNMASKED in await permissions_of(acting(anna), Settings())
    assert Permission.SEE_UNMASKED not in await permissions_of(acting(anna), masked)


async def test_guests_and_the_public_are_bound_by_other_rules(anna: Agent) -> None:
    nobody = Settings.of({"can_delete_meetings": []})
    guest = await guest_of(await booked(await target_of(anna)))
    for actor in (guest, Public()):
        await demand(actor, Permission.DELETE_MEETINGS, nobody)
    with pytest.raises(NotAllowed):
        await demand(acting(anna), Permission.DELETE_MEETINGS, nobody)


async def test_who_may_not_assign_neither_gives_nor_takes(anna: Agent) -> None:
    anna, ben = await a_team(anna, "Ben")
    meeting = await booked(await target_of(anna))
    conversation = await Conversation.get(id=meeting.conversation_id)
    await only_administrators(anna, "can_assign")
    for agent in (anna, ben):
        with pytest.raises(NotAllowed):
            await assign(conversation, agent, service=None, note=None, actor=acting(anna), now=NOW)
    with pytest.raises(NotAllowed):
        await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=NOW)
    ada = acting(await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR))
    await assign(conversation, ben, service=None, note=None, actor=ada, now=NOW)
    await reassign(meeting.id, ben.id, Change(), actor=ada, now=NOW)
