"""What settings must be: each within its range, and together what can be meant."""

from __future__ import annotations

import re
from typing import Any

import pytest
from graphql import assert_input_object_type
from strawberry.utils.str_converters import to_camel_case

from models.organization.bounds import EARLIEST_REMINDER, MOST_REMINDERS, RANGES
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.subject import Subject
from models.words import MeetingType, Role
from schema.root import schema
from tests.builders import an_agent
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.settings_documents import change, changed, refusal, seen


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


def test_the_schema_tells_the_range_of_each_number() -> None:
    told = assert_input_object_type(schema._schema.type_map["SettingsInput"]).fields
    for name, (least, most) in RANGES.items():
        assert re.match(f"{least} to {most}[.,;]", told[to_camel_case(name)].description or ""), name
    reminders = f"At most {MOST_REMINDERS}, each 1 to {EARLIEST_REMINDER}, none twice."
    assert told["reminderMinutesBefore"].description == reminders


@pytest.mark.parametrize("name", RANGES)
async def test_a_number_is_within_its_range(ada: Client, name: str) -> None:
    wide = {"minDurationMinutes": 1, "maxDurationMinutes": 1440, "bookableDaysAhead": 366}
    if name == "default_duration_minutes":
        await changed(ada, **wide)
    elif name != "min_duration_minutes":
        await changed(ada, bookableDaysAhead=366)
    field, (least, most) = to_camel_case(name), RANGES[name]
    for value in (least - 1, most + 1, -(2**31), 2**31 - 1):
        assert refusal(await change(ada, **{field: value})) == ("INVALID", ["settings", field])
    alone = {
        "min_duration_minutes": {"defaultDurationMinutes": most, "maxDurationMinutes": most},
        "max_duration_minutes": {"defaultDurationMinutes": least, "minDurationMinutes": least},
    }
    others = alone.get(name, {})
    for value in (least, most):
        matching = dict.fromkeys(others, value)
        assert (await changed(ada, **{**matching, field: value}))[field] == value


TOGETHER: list[tuple[dict[str, Any], str]] = [
    ({"minDurationMinutes": 31}, "minDurationMinutes"),
    ({"maxDurationMinutes": 29}, "maxDurationMinutes"),
    ({"defaultDurationMinutes": 481}, "defaultDurationMinutes"),
    ({"defaultDurationMinutes": 4}, "defaultDurationMinutes"),
    ({"minDurationMinutes": 60, "maxDurationMinutes": 45, "defaultDurationMinutes": 50}, "minDurationMinutes"),
    ({"publicEarliestDay": 32}, "publicEarliestDay"),
    ({"agentEarliestDay": 32}, "agentEarliestDay"),
    ({"publicMinimumNoticeMinutes": 32 * 1440}, "publicMinimumNoticeMinutes"),
    ({"agentMinimumNoticeMinutes": 32 * 1440}, "agentMinimumNoticeMinutes"),
]


@pytest.mark.parametrize(("settings", "field"), TOGETHER)
async def test_what_does_not_go_together_is_refused(ada: Client, settings: dict[str, Any], field: str) -> None:
    assert refusal(await change(ada, **settings)) == ("INVALID", ["settings", field])
    assert (await seen(ada))["version"] == 1


@pytest.mark.parametrize("name", ["publicEarliestDay", "agentEarliestDay"])
async def test_the_days_that_can_be_booked_reach_to_the_earliest(ada: Client, name: str) -> None:
    await changed(ada, **{name: 10})
    assert refusal(await change(ada, bookableDaysAhead=9)) == ("INVALID", ["settings", "bookableDaysAhead"])
    await changed(ada, **{name: 5}, bookableDaysAhead=5)


async def test_no_rule_offers_what_would_be_too_long_or_too_short(
    ada: Client, organization: Organization
) -> None:
    subject = await Subject.create(organization=organization, name="Loans")
    await PlanningRule.create(
        organization=organization,
        subject=subject,
        meeting_type=MeetingType.VIDEO,
        duration_options=[20, 90],
        default_duration_minutes=20,
        slot_interval_minutes=30,
    )
    assert refusal(await change(ada, maxDurationMinutes=89)) == ("INVALID", ["settings", "maxDurationMinutes"])
    assert refusal(await change(ada, minDurationMinutes=21)) == ("INVALID", ["settings", "minDurationMinutes"])
    await changed(ada, minDurationMinutes=20, maxDurationMinutes=90)


async def test_reminders_are_told_with_the_longest_first(ada: Client) -> None:
    assert (await changed(ada, reminderMinutesBefore=[30, 1440, 60]))["reminderMinutesBefore"] == [1440, 60, 30]
    assert (await changed(ada, reminderMinutesBefore=[]))["reminderMinutesBefore"] == []


async def test_administrators_cannot_lock_themselves_out(ada: Client) -> None:
    for name in ("canAssign", "canEditMeetings", "canCreateMeetings", "canDeleteMeetings"):
        for roles in ([], ["MANAGER"]):
            wish: dict[str, Any] = {name: roles}
            assert refusal(await change(ada, **wish)) == ("INVALID", ["settings", name])
    masked = await change(ada, maskContactsFrom=["AGENT", "ADMINISTRATOR"])
    assert refusal(masked) == ("INVALID", ["settings", "maskContactsFrom"])


@pytest.mark.parametrize("provider", [None, "ZOOM"])
async def test_no_calls_are_made_by_a_provider_that_is_not_connected(ada: Client, provider: str | None) -> None:
    refused = await change(ada, virtualMeetings={"enabled": True, "provider": provider})
    assert refusal(refused) == ("INVALID", ["settings", "virtualMeetings", "provider"])


async def test_of_calls_that_are_not_made_nothing_is_kept(ada: Client) -> None:
    off = {"enabled": False, "provider": "ZOOM", "hasPassword": True, "sendIcs": False}
    after = await changed(ada, virtualMeetings=off)
    assert (after["virtualMeetings"]["provider"], after["version"]) == (None, 1)
