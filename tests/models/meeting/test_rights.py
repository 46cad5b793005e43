"""What agents may do with meetings, by the settings and by the offices of a manager; and what nobody has yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from errors import NotAllowed, NotFound, Refused
from models.actor import AgentActor
from models.agent.agent import Agent
from models.event import EventRow
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.deciding import accept, decline
from models.meeting.meeting import Meeting
from models.meeting.reassigning import reassign
from models.organization.office import Office
from models.organization.service import Service
from models.words import Role
from realtime.events import EventKind, inbox_topic
from tests.builders import a_service, acting, an_agent
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW
from tests.models.meeting.life import guest_cancels, setting, to_be_accepted, tried
from tests.models.meeting.teams import a_team, booked, target_of, try_to_book

Deed = Callable[[Meeting, AgentActor], Awaitable[Meeting]]
LATER = NINE + 4 * HALF_HOUR
EDITS: dict[str, Deed] = {
    "accept": lambda meeting, actor: accept(meeting.id, Change(), actor=actor, now=NOW),
    "decline": lambda meeting, actor: decline(meeting.id, Change(), actor=actor, now=NOW),
    "move": lambda meeting, actor: reschedule(
        meeting.id, Change(), start=LATER, duration_minutes=None, actor=actor, now=NOW
    ),
}
ALL: dict[str, Deed] = {
    **EDITS,
    "cancel": lambda meeting, actor: cancel(meeting.id, Change(), actor=actor, now=NOW),
}


async def a_pool(anna: Agent, **values: Any) -> Service:
    return await a_service(await anna.organization, anna, assign_on_booking=False, **values)


async def a_manager_of_genoa(anna: Agent) -> tuple[AgentActor, Office]:
    organization = await anna.organization
    genoa = await Office.create(organization=organization, name="Genoa", time_zone="Europe/Rome")
    manager = await an_agent(organization, "Max", role=Role.MANAGER)
    await manager.offices.add(genoa)
    return acting(manager), genoa


@pytest.mark.parametrize("name", EDITS)
async def test_also_of_ones_own_meetings_the_settings_say_who_changes_them(anna: Agent, name: str) -> None:
    meeting = await booked(await to_be_accepted(anna))
    ada = await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR)
    await setting(anna.organization_id, can_edit_meetings=["ADMINISTRATOR"])
    assert isinstance(await tried(EDITS[name](meeting, acting(anna))), NotAllowed)
    assert isinstance(await tried(EDITS[name](meeting, acting(ada))), Meeting)


async def test_and_who_gives_away_what_they_have(anna: Agent) -> None:
    ben = (await a_team(anna, "Ben"))[1]
    meeting = await booked(await target_of(anna))
    await setting(anna.organization_id, can_edit_meetings=["ADMINISTRATOR"])
    with pytest.raises(NotAllowed):
        await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=NOW)


async def test_and_who_cancels_them(anna: Agent) -> None:
    meeting = await booked(await target_of(anna))
    await setting(anna.organization_id, can_delete_meetings=["ADMINISTRATOR"])
    assert isinstance(await tried(ALL["cancel"](meeting, acting(anna))), NotAllowed)
    assert isinstance(await tried(EDITS["move"](meeting, acting(anna))), Meeting)


async def test_and_who_books_for_guests(anna: Agent) -> None:
    await setting(anna.organization_id, can_create_meetings=["BOOKING_MANAGER"])
    target = await target_of(anna)
    pia = await an_agent(await anna.organization, "Pia", role=Role.BOOKING_MANAGER)
    assert isinstance(await try_to_book(target, actor=acting(anna)), NotAllowed)
    assert isinstance(await try_to_book(target, actor=acting(pia)), Meeting)


async def test_guests_are_bound_by_none_of_it(anna: Agent) -> None:
    nobody: list[str] = []
    await setting(
        anna.organization_id,
        can_edit_meetings=nobody,
        can_create_meetings=nobody,
        can_delete_meetings=nobody,
        can_assign=nobody,
    )
    assert isinstance(await guest_cancels(await booked(await target_of(anna))), Meeting)


@pytest.mark.parametrize("name", ALL)
async def test_the_manager_of_an_office_changes_the_meetings_of_its_agents_and_no_others(
    anna: Agent, name: str
) -> None:
    meeting = await booked(await to_be_accepted(anna))
    manager, genoa = await a_manager_of_genoa(anna)
    assert isinstance(await tried(ALL[name](meeting, manager)), NotAllowed)
    await anna.offices.add(genoa)
    assert isinstance(await tried(ALL[name](meeting, manager)), Meeting)


async def test_the_manager_of_an_office_books_with_its_agents_and_no_others(anna: Agent) -> None:
    manager, genoa = await a_manager_of_genoa(anna)
    target = await target_of(anna)
    assert isinstance(await try_to_book(target, actor=manager), NotAllowed)
    await anna.offices.add(genoa)
    assert isinstance(await try_to_book(target, actor=manager), Meeting)


async def seen_by(agent: Agent) -> int:
    return await Meeting.visible_to(acting(agent)).count()


async def test_what_nobody_has_yet_is_seen_by_those_of_its_service_who_speak_its_language(anna: Agent) -> None:
    organization = await anna.organization
    anna.languages = ["it", "en-GB"]
    await anna.save()
    ben = await an_agent(organization, "Ben", languages=["fr"])
    eli, zoe = await an_agent(organization, "Eli"), await an_agent(organization, "Zoe", languages=["en"])
    service = await a_service(organization, anna, ben, eli, assign_on_booking=False)
    meeting = await booked(await target_of(service))
    assert meeting.language == "en"
    assert [await seen_by(one) for one in (anna, ben, eli, zoe)] == [1, 0, 1, 0]
    await reassign(meeting.id, eli.id, Change(), actor=acting(eli), now=NOW)
    assert [await seen_by(one) for one in (anna, ben, eli, zoe)] == [1, 1, 1, 0]


async def test_it_is_shown_to_those_alone_who_oversee_or_plan_where_the_settings_say_so(anna: Agent) -> None:
    meeting = await booked(await target_of(await a_pool(anna)))
    await setting(anna.organization_id, show_unassigned_meetings=False)
    pia = await an_agent(await anna.organization, "Pia", role=Role.BOOKING_MANAGER)
    assert [await seen_by(one) for one in (anna, pia)] == [0, 1]
    with pytest.raises(NotFound):
        await reassign(meeting.id, anna.id, Change(), actor=acting(anna), now=NOW)
    await reassign(meeting.id, anna.id, Change(), actor=acting(pia), now=NOW)
    assert await seen_by(anna) == 1


async def test_who_is_of_its_service_takes_it_and_gives_it_to_others_only_who_may_assign(anna: Agent) -> None:
    ben = (await a_team(anna, "Ben"))[1]
    service = await a_service(await anna.organization, anna, ben, assign_on_booking=False)
    meeting = await booked(await target_of(service))
    await setting(anna.organization_id, can_assign=["ADMINISTRATOR"], can_edit_meetings=["ADMINISTRATOR"])

    async def give(to: Agent, by: Agent) -> Meeting | Refused:
        return await tried(reassign(meeting.id, to.id, Change(), actor=acting(by), now=NOW))

    assert isinstance(await give(ben, anna), NotAllowed)
    assert isinstance(await give(ben, ben), Meeting)
    assert isinstance(await give(anna, anna), NotAllowed)


async def test_whom_it_is_not_shown_does_not_hear_of_it(anna: Agent) -> None:
    organization = await anna.organization
    ben = await an_agent(organization, "Ben", languages=["fr"])
    max = await an_agent(organization, "Max", languages=["fr"], role=Role.MANAGER)
    service = await a_service(organization, anna, ben, max, assign_on_booking=False)
    await booked(await target_of(service))
    heard = EventRow.filter(kind=EventKind.MEETING_CHANGED)
    assert [await heard.filter(topic=inbox_topic(one.id)).count() for one in (anna, ben, max)] == [1, 0, 1]
