"""Two who set planning up at the same moment, on real parallel connections: each change is whole, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest

from errors import Invalid, NotFound, Refused, Stale
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.changing import update_agent
from models.agent.hours import DateOverride, set_date_override
from models.agent.template import DayTemplate
from models.agent.templating import create_day_template, delete_day_template, update_day_template
from models.idempotency import Once
from models.organization.office import Office
from models.organization.opening import create_office, update_office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.ruling import Kind, create_planning_rule, delete_planning_rule, update_planning_rule
from models.organization.service import ServiceMember
from models.organization.staffing import set_service_member
from models.organization.subject import Subject
from models.words import MeetingType, Role
from tests.builders import MONDAY, a_service, acting, an_agent

T = TypeVar("T")
AT_ONCE = 8
DAY = MONDAY.date()


@pytest.fixture
async def ada(organization: Organization) -> AgentActor:
    """The administrator."""
    return acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def video(organization: Organization) -> Kind:
    subject = await Subject.create(organization=organization, name="Loans")
    return Kind(subject.id, MeetingType.VIDEO, None)


async def attempt(doing: Awaitable[T]) -> T | type[Refused]:
    try:
        return await doing
    except Refused as refused:
        return type(refused)


async def all_at_once(*doing: Awaitable[Any]) -> list[Any]:
    """What came of each: what it made, or the kind of its refusal."""
    return list(await asyncio.gather(*map(attempt, doing)))


@pytest.mark.parametrize("at_office", [False, True])
async def test_of_many_new_rules_of_a_kind_one_is_made(ada: AgentActor, video: Kind, at_office: bool) -> None:
    if at_office:
        office = await create_office(actor=ada, name="Harbour", time_zone="Europe/Rome")
        video = Kind(video.subject_id, video.meeting_type, office.id)
    outcomes = await all_at_once(
        *(create_planning_rule(video, actor=ada, seats=number + 1) for number in range(AT_ONCE))
    )
    assert outcomes.count(Invalid) == AT_ONCE - 1
    [made] = [one for one in outcomes if isinstance(one, PlanningRule)]
    assert await PlanningRule.all().values_list("id", "seats") == [(made.id, made.seats)]


async def test_one_request_that_comes_many_times_at_once_makes_one_rule(ada: AgentActor, video: Kind) -> None:
    once = Once(
        organization_id=ada.organization_id, actor=ada.key, verb="createPlanningRule", key="k", asked="{}"
    )
    outcomes = await all_at_once(*(create_planning_rule(video, actor=ada, once=once) for _ in range(AT_ONCE)))
    assert {one.id for one in outcomes} == {(await PlanningRule.get()).id}


async def test_of_many_changes_of_one_version_one_is_made(ada: AgentActor, video: Kind) -> None:
    rule = await create_planning_rule(video, actor=ada)
    outcomes = await all_at_once(
        *(
            update_planning_rule(rule.id, actor=ada, expected_version=1, seats=number + 2)
            for number in range(AT_ONCE)
        )
    )
    assert outcomes.count(Stale) == AT_ONCE - 1
    kept = await PlanningRule.get()
    assert (kept.version, kept.seats) == next((2, one.seats) for one in outcomes if one is not Stale)


async def test_changes_of_different_fields_are_all_kept(ada: AgentActor, video: Kind) -> None:
    rule = await create_planning_rule(video, actor=ada)
    values: dict[str, int] = {
        "seats": 2,
        "buffer_before_minutes": 3,
        "buffer_after_minutes": 4,
        "minimum_notice_minutes": 5,
        "bookable_days_ahead": 6,
        "max_per_agent_per_day": 7,
    }
    await all_at_once(
        *(
            update_planning_rule(rule.id, actor=ada, **{name: value})  # type: ignore[arg-type]
            for name, value in values.items()
        )
    )
    kept = await PlanningRule.get()
    assert {name: getattr(kept, name) for name in values} == values
    assert kept.version == len(values) + 1


async def test_agents_who_are_assigned_twice_at_once_are_those_of_one_of_the_two(
    ada: AgentActor, video: Kind, organization: Organization
) -> None:
    rule = await create_planning_rule(video, actor=ada)
    agents = [(await an_agent(organization)).id for _ in range(AT_ONCE)]
    outcomes = await all_at_once(
        *(update_planning_rule(rule.id, actor=ada, agents=[id, ada.agent.id]) for id in agents)
    )
    assert all(isinstance(one, PlanningRule) for one in outcomes)
    assigned = {agent.id for agent in await rule.agents.all()}
    assert assigned in [{id, ada.agent.id} for id in agents]


async def test_of_a_change_and_a_deletion_neither_fails_for_a_reason_of_ours(
    ada: AgentActor, video: Kind
) -> None:
    rule = await create_planning_rule(video, actor=ada)
    changed, deleted = await all_at_once(
        update_planning_rule(rule.id, actor=ada, agents=[ada.agent.id]),
        delete_planning_rule(rule.id, actor=ada),
    )
    assert changed is NotFound or isinstance(changed, PlanningRule)
    assert (deleted, await PlanningRule.all().count()) == (None, 0)


async def test_of_many_offices_of_a_name_one_is_opened(ada: AgentActor) -> None:
    outcomes = await all_at_once(
        *(create_office(actor=ada, name="Harbour", time_zone="Europe/Rome") for _ in range(AT_ONCE))
    )
    assert outcomes.count(Invalid) == AT_ONCE - 1
    office = await Office.get()
    stale = await all_at_once(
        *(update_office(office.id, actor=ada, expected_version=1, name=f"Port {n}") for n in range(AT_ONCE))
    )
    assert stale.count(Stale) == AT_ONCE - 1


async def test_a_member_who_joins_many_times_at_once_is_one_member(ada: AgentActor, anna: Agent) -> None:
    service = await a_service(await anna.organization)
    await all_at_once(
        *(set_service_member(service.id, anna.id, actor=ada, weight=n + 1) for n in range(AT_ONCE))
    )
    assert (await ServiceMember.get()).agent_id == anna.id
    await service.refresh_from_db()
    assert service.version == AT_ONCE + 1


async def test_two_managers_of_an_agent_do_not_overwrite_each_other(ada: AgentActor, anna: Agent) -> None:
    outcomes = await all_at_once(
        *(update_agent(anna.id, actor=ada, expected_version=1, languages=[one]) for one in ("it", "en", "de"))
    )
    assert outcomes.count(Stale) == 2


async def test_a_date_given_a_template_that_is_deleted_meanwhile_has_its_hours_or_the_weeks(
    anna: Agent,
) -> None:
    for number in range(10):
        template = await create_day_template(anna, name=f"Template {number}", hours=[])
        given, deleted = await all_at_once(
            set_date_override(anna, DAY, None, template_id=template.id), delete_day_template(template)
        )
        assert given is NotFound or isinstance(given, Agent)
        assert deleted is None
        assert await DateOverride.filter(template_id__isnull=False).count() == 0
    assert await DayTemplate.all().count() == 0


async def test_of_many_changes_of_one_template_version_one_is_made(anna: Agent) -> None:
    template = await create_day_template(anna, name="Short", hours=[])
    outcomes = await all_at_once(
        *(update_day_template(template, expected_version=1, name=f"Name {n}") for n in range(AT_ONCE))
    )
    assert outcomes.count(Stale) == AT_ONCE - 1
