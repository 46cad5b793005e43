"""Settings through the API: who sees and sets them, what is kept of a change, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from models.agent.agent import Agent
from models.calendar.connection import CalendarConnection
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.settings import Settings
from models.words import CalendarProvider, Role
from tests.builders import MONDAY, an_agent, an_organization
from tests.resolvers.audit_documents import AUDIT
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import codes
from tests.resolvers.settings_documents import (
    READ_SETTINGS,
    UPDATE_BRANDING,
    change,
    changed,
    refusal,
    seen,
)

VIEWER = "{ viewer { permissions } }"


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


def snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


EVERYTHING: dict[str, Any] = {
    "publicBookingEnabled": False,
    "requiredContactFields": ["EMAIL", "PHONE"],
    "maxMeetingsPerGuestPerDay": 3,
    "maxUpcomingMeetingsPerGuestAndAgent": 5,
    "oneConversationPerGuestAndAgent": True,
    "guestMustConfirm": True,
    "guestSignInRequired": True,
    "guestConfirmationTimeoutMinutes": 90,
    "defaultDurationMinutes": 45,
    "minDurationMinutes": 15,
    "maxDurationMinutes": 90,
    "slotIntervalMinutes": 15,
    "bookableDaysAhead": 60,
    "weekendsDisabled": True,
    "agentEarliestDay": 1,
    "agentMinimumNoticeMinutes": 30,
    "publicEarliestDay": 2,
    "publicMinimumNoticeMinutes": 120,
    "joinOpensMinutesBefore": 5,
    "reminderMinutesBefore": [2880, 30],
    "maxWaitingMinutes": 20,
    "holdMinutes": 7,
    "purgeOutdatedMeetings": True,
    "retentionDays": 90,
    "showUnassignedMeetings": False,
    "canAssign": ["ADMINISTRATOR"],
    "canEditMeetings": ["ADMINISTRATOR", "MANAGER"],
    "canCreateMeetings": ["ADMINISTRATOR", "AGENT"],
    "canDeleteMeetings": ["ADMINISTRATOR", "BOOKING_MANAGER"],
    "maskContactsFrom": ["SUPERVISOR"],
    "primaryCalendarProvider": "GOOGLE",
    "twoWayCalendar": False,
    "computeAvailabilityFromCalendars": False,
    "unknownCalendarsBlock": True,
    "calendarRefreshMinutes": 10,
    "busyPolicy": {
        "tentativeIsBusy": False,
        "unansweredIsBusy": True,
        "outOfOfficeIsBusy": False,
        "workingElsewhereIsBusy": True,
        "allDayFreeWarns": False,
    },
    "personalGoogleEvents": True,
    "personalMicrosoftEvents": True,
    "mailFrom": "desk@acme.example",
    "mailReplyTo": "help@acme.example",
    "mailSenderName": "Acme's desk",
    "maxAttachmentMegabytes": 25,
    "attachmentsEnabled": False,
    "transferTargets": "AGENTS",
}


async def test_everything_can_be_set_and_is_read_back(ada: Client) -> None:
    before = await seen(ada)
    answered = await changed(ada, **EVERYTHING)
    calls = {"enabled": False, "provider": None, "hasPassword": False, "inviteAttendees": True, "sendIcs": True}
    assert answered == await seen(ada) == {**EVERYTHING, "virtualMeetings": calls, "version": 2}
    assert {name for name in before if before[name] == answered[name]} == {"virtualMeetings"}


async def test_what_is_set_back_is_kept_no_longer(ada: Client, organization: Organization) -> None:
    before, stored = await seen(ada), organization.stored_settings
    await changed(ada, **EVERYTHING)
    names = set(before) - {"version", "virtualMeetings", "mailSenderName", "mailFrom"}
    after = await changed(ada, **{name: before[name] for name in names})
    assert {name: after[name] for name in names} == {name: before[name] for name in names}
    kept = (await Organization.get(id=organization.id)).stored_settings
    assert set(kept) - set(stored) == {"mail_sender_name", "mail_from"}


async def test_what_a_newer_version_has_set_is_not_lost(ada: Client, organization: Organization) -> None:
    organization.stored_settings = {**organization.stored_settings, "of_tomorrow": [1]}
    await organization.save(update_fields=["stored_settings"])
    assert (await changed(ada, holdMinutes=7))["holdMinutes"] == 7
    kept = (await Organization.get(id=organization.id)).stored_settings
    assert (kept["of_tomorrow"], kept["hold_minutes"]) == ([1], 7)


def test_every_setting_there_is_can_be_set() -> None:
    grouped = {"virtual_meetings", *(snake(name) for name in EVERYTHING["busyPolicy"])}
    names = {snake(name) for name in EVERYTHING if name != "busyPolicy"} | grouped
    assert names == {field.name for field in fields(Settings)}


async def test_what_is_absent_stays_and_null_empties(ada: Client) -> None:
    await changed(ada, holdMinutes=7, mailReplyTo="help@acme.example", maxMeetingsPerGuestPerDay=3)
    after = await changed(
        ada, mailReplyTo=None, maxMeetingsPerGuestPerDay=None, busyPolicy={"unansweredIsBusy": True}
    )
    assert (after["holdMinutes"], after["mailReplyTo"], after["maxMeetingsPerGuestPerDay"]) == (7, None, None)
    assert after["busyPolicy"]["unansweredIsBusy"] is after["busyPolicy"]["tentativeIsBusy"] is True


async def test_the_audit_tells_what_was_and_is_of_what_was_changed_alone(ada: Client) -> None:
    await changed(ada, holdMinutes=7, canAssign=["ADMINISTRATOR"], bookableDaysAhead=31)
    [edge, *_] = (await ada.do(AUDIT))["edges"]
    entry = edge["node"]
    assert (entry["action"], entry["actor"]["name"], entry["target"]["__typename"]) == (
        "updateSettings",
        "Ada",
        "Organization",
    )
    assert entry["detail"] == {
        "before": {"holdMinutes": 10, "canAssign": list(Role)},
        "after": {"holdMinutes": 7, "canAssign": ["ADMINISTRATOR"]},
    }


async def test_a_change_that_changes_nothing_makes_no_version(ada: Client) -> None:
    before = await seen(ada)
    named = {name: before[name] for name in before if name not in ("version", "mailSenderName", "mailFrom")}
    assert (await changed(ada, **named, mailFrom=before["mailFrom"]))["version"] == 1
    assert [edge["node"]["action"] for edge in (await ada.do(AUDIT))["edges"]].count("updateSettings") == 0


async def test_of_two_changes_of_one_version_the_second_is_stale(ada: Client) -> None:
    assert codes(await change(ada, 1, holdMinutes=7)) == []
    assert refusal(await change(ada, 1, holdMinutes=8)) == ("STALE", ["expectedVersion"])
    assert (await seen(ada))["holdMinutes"] == 7


async def test_the_name_of_the_sender_is_the_organizations_until_another_is_set(ada: Client) -> None:
    assert (await seen(ada))["mailSenderName"] == "Acme"
    assert (await changed(ada, mailSenderName="The desk"))["mailSenderName"] == "The desk"


@pytest.mark.parametrize(
    "setting",
    [{"busyPolicy": {"tentativeIsBusy": False}}, {"bookableDaysAhead": 60}, {"calendarRefreshMinutes": 10}],
)
async def test_calendars_are_read_anew_where_something_else_of_them_counts(
    ada: Client, anna: Agent, setting: dict[str, Any]
) -> None:
    later = MONDAY + timedelta(hours=3)
    shared: dict[str, Any] = {
        "organization_id": anna.organization_id,
        "agent": anna,
        "provider": CalendarProvider.ICS,
        "next_refresh_at": later,
    }
    feed = await CalendarConnection.create(**shared, account="Feed", sealed_address=b"sealed")
    file = await CalendarConnection.create(**{**shared, "next_refresh_at": None}, account="File")
    await changed(ada, holdMinutes=7)
    assert (await CalendarConnection.get(id=feed.id)).next_refresh_at == later
    await changed(ada, **setting)
    assert (await CalendarConnection.get(id=feed.id)).next_refresh_at == MONDAY
    assert (await CalendarConnection.get(id=file.id)).next_refresh_at is None


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ADMINISTRATOR, True),
        (Role.MANAGER, True),
        (Role.BOOKING_MANAGER, False),
        (Role.SUPERVISOR, False),
        (Role.AGENT, False),
    ],
)
async def test_administrators_and_managers_see_and_set_them_and_nobody_else_does(
    sign_in: SignIn, organization: Organization, role: Role, sees: bool
) -> None:
    client = sign_in.agent(await an_agent(organization, "Otto", role=role))
    assert (await client.run(READ_SETTINGS)).codes == ([] if sees else ["FORBIDDEN"])
    assert codes(await change(client, holdMinutes=7)) == ([] if sees else ["FORBIDDEN"])
    recoloured = await client.do(UPDATE_BRANDING, input={"branding": {"slotTextColor": "#000000"}})
    assert codes(recoloured) == ([] if sees else ["FORBIDDEN"])


async def test_a_manager_of_offices_sees_them_and_does_not_set_them(
    sign_in: SignIn, organization: Organization
) -> None:
    agent = await an_agent(organization, "Max", role=Role.MANAGER)
    await agent.offices.add(
        await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")
    )
    client = sign_in.agent(agent)
    assert (await seen(client))["holdMinutes"] == 10
    assert codes(await change(client, holdMinutes=7)) == ["FORBIDDEN"]
    assert codes(await client.do(UPDATE_BRANDING, input={"branding": {"logoUrl": None}})) == ["FORBIDDEN"]


async def test_what_a_role_loses_its_next_operation_has_no_longer(
    ada: Client, sign_in: SignIn, anna: Agent
) -> None:
    her = sign_in.agent(anna)
    may = {"ASSIGN", "EDIT_MEETINGS", "CREATE_MEETINGS", "DELETE_MEETINGS", "SEE_UNMASKED"}
    assert set((await her.do(VIEWER))["permissions"]) == may
    only = ["ADMINISTRATOR"]
    await changed(ada, canAssign=only, canEditMeetings=only, canCreateMeetings=only, canDeleteMeetings=only)
    assert set((await her.do(VIEWER))["permissions"]) == {"SEE_UNMASKED"}
    await changed(ada, maskContactsFrom=["AGENT"], canCreateMeetings=["ADMINISTRATOR", "AGENT"])
    assert set((await her.do(VIEWER))["permissions"]) == {"CREATE_MEETINGS"}
    assert may < set((await ada.do(VIEWER))["permissions"])


async def test_settings_of_one_organization_are_not_those_of_another(ada: Client, sign_in: SignIn) -> None:
    eve = sign_in.agent(await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR))
    await changed(ada, holdMinutes=7)
    assert (await seen(eve))["holdMinutes"] == 10
    theirs = await eve.run('{ organization(slug: "acme") { settings { holdMinutes } } }')
    assert theirs.codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("setting", "taken"),
    [
        ("maskContactsFrom", ["MANAGER"]),
        ("canAssign", ["ADMINISTRATOR", "AGENT"]),
        ("canEditMeetings", ["ADMINISTRATOR", "AGENT"]),
        ("canCreateMeetings", ["ADMINISTRATOR", "AGENT"]),
        ("canDeleteMeetings", ["ADMINISTRATOR", "AGENT"]),
    ],
)
async def test_what_an_administrator_takes_from_managers_they_do_not_give_themselves_back(
    ada: Client, sign_in: SignIn, organization: Organization, setting: str, taken: list[str]
) -> None:
    mona = sign_in.agent(await an_agent(organization, "Mona", role=Role.MANAGER))
    back: dict[str, Any] = {setting: (await seen(ada))[setting]}
    less: dict[str, Any] = {setting: taken}
    others: dict[str, Any] = {setting: [*taken, "SUPERVISOR"]}
    assert (await changed(ada, **less))[setting] == taken
    assert refusal(await change(mona, **back)) == ("FORBIDDEN", ["settings", setting])
    assert (await seen(ada))[setting] == taken
    assert codes(await change(mona, **others)) == []


async def test_letters_are_signed_by_the_organization_again_where_no_other_sender_is_named(
    ada: Client,
) -> None:
    assert (await changed(ada, mailSenderName="The front desk"))["mailSenderName"] == "The front desk"
    assert (await changed(ada, mailSenderName=None))["mailSenderName"] == "Acme"
