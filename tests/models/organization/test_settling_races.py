"""Settings that are changed at the same moment, on real parallel connections: nothing is lost, nothing contradicts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from errors import Invalid, Refused, Stale
from models.actor import AgentActor
from models.audit.entry import AuditEntry
from models.organization.decorating import update_branding
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.ruling import Kind, create_planning_rule, update_planning_rule
from models.organization.settling import update_settings
from models.organization.subject import Subject
from models.words import MeetingType, Role
from tests.builders import MONDAY, acting, an_agent

AT_ONCE = 8


@pytest.fixture
async def ada(organization: Organization) -> AgentActor:
    """The administrator."""
    return acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def attempt(doing: Awaitable[Any]) -> type | None:
    """The kind of the refusal; None where there was none."""
    try:
        await doing
    except Refused as refused:
        return type(refused)
    return None


async def all_at_once(*doing: Awaitable[Any]) -> list[type | None]:
    return list(await asyncio.gather(*map(attempt, doing)))


async def test_of_many_changes_of_one_version_one_is_made(ada: AgentActor, organization: Organization) -> None:
    changes = [
        update_settings({"hold_minutes": 20 + n}, actor=ada, now=MONDAY, expected_version=1)
        for n in range(AT_ONCE)
    ]
    assert sorted(map(str, await all_at_once(*changes))) == sorted([str(None), *[str(Stale)] * (AT_ONCE - 1)])
    assert (await Organization.get(id=organization.id)).settings_version == 2
    assert await AuditEntry.filter(action="updateSettings").count() == 1


async def test_changes_of_different_settings_are_all_kept(ada: AgentActor, organization: Organization) -> None:
    one_each: list[dict[str, Any]] = [
        {"hold_minutes": 20},
        {"retention_days": 20},
        {"weekends_disabled": True},
        {"mail_sender_name": "Desk"},
    ]
    looks = [update_branding({"slot_text_color": "#000000"}, actor=ada)]
    changes = [update_settings(one, actor=ada, now=MONDAY) for one in one_each]
    assert await all_at_once(*changes, *looks) == [None] * 5
    found = await Organization.get(id=organization.id)
    for one in one_each:
        [(name, value)] = one.items()
        assert getattr(found.settings, name) == value
    assert (found.settings_version, found.branding.slot_text_color) == (5, "#000000")


async def test_each_entry_begins_where_the_one_before_ended(ada: AgentActor) -> None:
    changes = [update_settings({"hold_minutes": 20 + n}, actor=ada, now=MONDAY) for n in range(AT_ONCE)]
    assert await all_at_once(*changes) == [None] * AT_ONCE
    details = [entry.detail for entry in await AuditEntry.filter(action="updateSettings").order_by("id")]
    said = [(one["before"]["holdMinutes"], one["after"]["holdMinutes"]) for one in details]
    follows = dict(said)
    assert len(follows) == AT_ONCE
    value = 10
    while value in follows:
        value = follows.pop(value)
    assert follows == {}


@pytest.mark.parametrize("makes", [True, False])
async def test_a_rule_and_the_longest_meeting_never_contradict(
    ada: AgentActor, organization: Organization, makes: bool
) -> None:
    for n in range(AT_ONCE):
        await PlanningRule.all().delete()
        await update_settings({"max_duration_minutes": 480}, actor=ada, now=MONDAY)
        subject = await Subject.create(organization=organization, name=f"Subject {n}")
        kind = Kind(subject.id, MeetingType.VIDEO, None)
        if makes:
            rule: Awaitable[Any] = create_planning_rule(kind, actor=ada, duration_options=[90])
        else:
            made = await create_planning_rule(kind, actor=ada, duration_options=[30])
            rule = update_planning_rule(made.id, actor=ada, duration_options=[30, 90])
        outcomes = await all_at_once(rule, update_settings({"max_duration_minutes": 60}, actor=ada, now=MONDAY))
        assert sorted(map(str, outcomes)) == sorted(map(str, [None, Invalid]))
