"""How meetings' calls are joined, and who provides them, as guests, agents and administrators see it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.agent.agent import Agent
from models.calendar.connection import CalendarConnection
from models.call.connection import MeetingProviderConnection
from models.keyring import Keyring
from models.meeting.meeting import Meeting, MeetingChange
from models.organization.organization import Organization
from models.words import CalendarProvider, DeliveryState, MeetingProvider, MeetingStatus, Role
from resolvers import ids
from tests.builders import Clock, an_agent
from tests.jobs.calling import SERVER, a_provider, automate
from tests.resolvers.call_documents import (
    CALENDAR_EVENTS,
    CALL,
    CONNECT,
    DISCONNECT,
    JOINING,
    PROVIDERS,
)
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import codes
from tests.resolvers.settings_documents import UPDATE_SETTINGS

SECRET = "a secret that is shared with the server"
ROOM = "https://meet.example.org/frontdesk-room"
OPENS = "2027-03-01T07:45:00Z"
CLOSED = {"joinUrl": None, "joinPassword": None, "joinOpensAt": OPENS, "dialIn": None}
OPEN = {"joinUrl": ROOM, "joinPassword": "tulip", "joinOpensAt": OPENS, "dialIn": "+39 06 555 0100"}
NONE = {**CLOSED, "joinOpensAt": None}


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """An administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def joining(client: Client, talk: Talk) -> dict[str, Any]:
    shown = await client.do(JOINING, id=talk.meeting)
    return {name: value for name, value in shown.items() if name != "history"}


async def have_call(**changes: Any) -> None:
    """As if a job had made the call of the one meeting there is."""
    made = {"call_state": DeliveryState.DONE, "join_url": ROOM, "join_password": "tulip"}
    await Meeting.all().update(**{**made, "dial_in": "+39 06 555 0100", **changes})


async def test_a_guest_sees_how_to_join_once_the_meeting_opens_and_an_agent_always(
    talk: Talk, clock: Clock
) -> None:
    await have_call()
    clock.advance(minutes=45, seconds=-1)
    assert (await joining(talk.grace, talk), await joining(talk.anna, talk)) == (CLOSED, OPEN)
    clock.advance(seconds=1)
    assert (await joining(talk.grace, talk), await joining(talk.anna, talk)) == (OPEN, OPEN)


async def test_it_opens_as_the_settings_say(talk: Talk, organization: Organization, clock: Clock) -> None:
    await have_call()
    stored = {**organization.stored_settings, "join_opens_minutes_before": 60}
    await Organization.filter(id=organization.id).update(stored_settings=stored)
    assert await joining(talk.grace, talk) == {**OPEN, "joinOpensAt": "2027-03-01T07:00:00Z"}


async def test_when_it_opens_is_known_before_the_call_is_made(talk: Talk, clock: Clock) -> None:
    await Meeting.all().update(call_state=DeliveryState.PENDING)
    clock.advance(minutes=45)
    assert (await joining(talk.grace, talk), await joining(talk.anna, talk)) == (CLOSED, CLOSED)


async def test_a_meeting_without_a_call_or_whose_call_failed_has_none_to_open(talk: Talk) -> None:
    assert (await joining(talk.grace, talk), await joining(talk.anna, talk)) == (NONE, NONE)
    await Meeting.all().update(call_state=DeliveryState.FAILED)
    assert (await joining(talk.grace, talk), await joining(talk.anna, talk)) == (NONE, NONE)


async def test_a_meeting_that_is_off_is_not_joined_any_more(talk: Talk, clock: Clock) -> None:
    clock.advance(minutes=45)
    for status in (MeetingStatus.CANCELLED, MeetingStatus.DECLINED, MeetingStatus.EXPIRED):
        await have_call(status=status)
        assert (await joining(talk.grace, talk), await joining(talk.anna, talk)) == (NONE, NONE)


async def test_that_a_call_could_not_be_made_is_told_to_agents_alone(
    talk: Talk, organization: Organization
) -> None:
    meeting = await Meeting.get()
    await MeetingChange.create(
        organization=organization,
        meeting=meeting,
        at=meeting.start,
        kind="VIRTUAL_MEETING_FAILED",
        reason="Down.",
    )

    async def told(client: Client) -> list[str]:
        return [change["kind"] for change in (await client.do(JOINING, id=talk.meeting))["history"]]

    assert await told(talk.grace) == ["BOOKED"]
    assert await told(talk.anna) == ["BOOKED", "VIRTUAL_MEETING_FAILED"]


async def test_an_agent_has_a_meeting_get_a_call(talk: Talk, organization: Organization) -> None:
    none = await talk.anna.do(CALL, input={"meetingId": talk.meeting})
    assert (codes(none), none["meeting"]) == (["PROVIDER_DISCONNECTED"], None)
    await a_provider(organization)
    assert codes(await talk.anna.do(CALL, input={"meetingId": talk.meeting, "expectedVersion": 9})) == ["STALE"]
    asked = await talk.anna.do(CALL, input={"meetingId": talk.meeting, "expectedVersion": 1})
    assert asked["errors"] == []
    assert await joining(talk.grace, talk) == CLOSED
    assert (await talk.grace.run(CALL, input={"meetingId": talk.meeting})).codes == ["UNAUTHENTICATED"]


async def test_a_meeting_that_is_booked_where_it_is_automatic_will_have_a_call(
    sign_in: SignIn, anna: Agent, annas_link: object, organization: Organization
) -> None:
    await a_provider(organization)
    await automate(anna)
    talk = await a_talk(sign_in, anna)
    assert await joining(talk.grace, talk) == CLOSED


def account(**changes: Any) -> dict[str, Any]:
    return {"provider": "JITSI", "url": "https://meet.example.org", **changes}


async def connect(client: Client, **changes: Any) -> dict[str, Any]:
    """Connect what must be taken; the connection."""
    connected = await client.do(CONNECT, input=account(**changes))
    assert connected["errors"] == []
    return dict(connected["connection"])


async def providers(client: Client) -> list[tuple[str, bool]]:
    answer = await client.run(PROVIDERS)
    assert answer.errors == []
    return [(one["account"], one["isDefault"]) for one in answer.data["meetingProviders"]]


async def test_an_administrator_connects_a_server_whose_secret_never_comes_back(
    ada: Client, keys: Keyring
) -> None:
    made = await connect(ada, url="https://Meet.Example.org/rooms/", appId="frontdesk", appSecret=SECRET)
    assert {name: value for name, value in made.items() if name != "id"} == {
        "provider": "JITSI",
        "account": "https://meet.example.org/rooms",
        "status": "CONNECTED",
        "isDefault": True,
    }
    connection = await MeetingProviderConnection.get()
    assert connection.sealed_secret is not None
    assert SECRET.encode() not in connection.sealed_secret
    assert keys.open(connection.sealed_secret) == f'{{"app_id":"frontdesk","app_secret":"{SECRET}"}}'
    shown = await ada.run("{ meetingProviders { id } audit { edges { node { action detail } } } }")
    assert SECRET not in str(shown.data)
    assert shown.data["audit"]["edges"][0]["node"]["action"] == "connectMeetingProvider"


async def test_who_connects_it_again_changes_its_secret(ada: Client, keys: Keyring) -> None:
    first = await connect(ada, appId="frontdesk", appSecret=SECRET)
    await MeetingProviderConnection.all().update(status="DISCONNECTED")
    again = await connect(ada)
    assert again == first
    assert (await MeetingProviderConnection.get()).sealed_secret is None


async def test_one_is_the_default_the_first_or_the_one_that_is_said_to_be(ada: Client) -> None:
    await connect(ada)
    await connect(ada, url="https://second.example")
    assert await providers(ada) == [(SERVER, True), ("https://second.example", False)]
    await connect(ada, url="https://second.example", isDefault=True)
    assert await providers(ada) == [("https://second.example", True), (SERVER, False)]


async def test_when_the_default_is_taken_away_the_first_of_the_others_is(ada: Client) -> None:
    first = await connect(ada)
    for name in ("second", "third"):
        await connect(ada, url=f"https://{name}.example")
    gone = await ada.do(DISCONNECT, input={"connectionId": first["id"]})
    assert gone == {"disconnected": True, "errors": []}
    assert await providers(ada) == [("https://second.example", True), ("https://third.example", False)]
    again = await ada.do(DISCONNECT, input={"connectionId": first["id"]})
    assert (again["disconnected"], codes(again)) == (False, ["NOT_FOUND"])


async def test_two_who_connect_the_same_at_once_connect_it_once(ada: Client) -> None:
    made = await asyncio.gather(*(connect(ada, isDefault=True) for _ in range(4)))
    assert len({one["id"] for one in made}) == 1
    many = await asyncio.gather(*(connect(ada, url=f"https://{n}.example", isDefault=True) for n in range(4)))
    assert len(many) == 4
    assert sum(is_default for _, is_default in await providers(ada)) == 1


async def test_a_request_that_comes_twice_connects_once_and_what_is_gone_stays_gone(ada: Client) -> None:
    first = await connect(ada, idempotencyKey="once")
    assert await connect(ada, idempotencyKey="once") == first
    await ada.do(DISCONNECT, input={"connectionId": first["id"]})
    late = await ada.do(CONNECT, input=account(idempotencyKey="once"))
    assert codes(late) == ["NOT_FOUND"]
    other = await ada.do(CONNECT, input=account(idempotencyKey="once", url="https://other.example"))
    assert codes(other) == ["IDEMPOTENCY_CONFLICT"]


async def test_there_are_ten_at_most(ada: Client) -> None:
    for number in range(10):
        await connect(ada, url=f"https://{number}.example")
    full = await ada.do(CONNECT, input=account())
    assert codes(full) == ["INVALID"]
    await connect(ada, url="https://9.example", appId="frontdesk", appSecret=SECRET)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_nobody_but_administrators_sees_or_changes_them(
    sign_in: SignIn, organization: Organization, role: Role
) -> None:
    client = sign_in.agent(await an_agent(organization, "Zoe", role=role))
    id = ids.encode("MeetingProviderConnection", (await a_provider(organization)).id)
    assert (await client.run(PROVIDERS)).codes == ["FORBIDDEN"]
    assert codes(await client.do(CONNECT, input=account())) == ["FORBIDDEN"]
    assert codes(await client.do(DISCONNECT, input={"connectionId": id})) == ["FORBIDDEN"]
    assert (await client.run("query($id: ID!) { node(id: $id) { id } }", id=id)).data == {"node": None}


async def automation(client: Client, **how: Any) -> dict[str, Any]:
    changed = await client.do(UPDATE_SETTINGS, input={"settings": {"virtualMeetings": how}})
    return dict(changed)


async def test_the_automation_needs_a_provider_and_is_forgotten_with_it(
    ada: Client, organization: Organization
) -> None:
    refused = await automation(ada, enabled=True)
    assert refused["errors"][0]["field"] == ["settings", "virtualMeetings", "provider"]
    first = await connect(ada)
    assert (await automation(ada, enabled=True, provider="ZOOM"))["errors"][0]["code"] == "INVALID"
    how = {
        "enabled": True,
        "provider": "JITSI",
        "hasPassword": True,
        "inviteAttendees": False,
        "sendIcs": False,
    }
    set_up = await automation(ada, **how)
    assert (set_up["errors"], set_up["settings"]["virtualMeetings"]) == ([], how)
    second = await connect(ada, url="https://second.example")
    await ada.do(DISCONNECT, input={"connectionId": first["id"]})
    assert (await Organization.get(id=organization.id)).settings.virtual_meetings.has_password
    await ada.do(DISCONNECT, input={"connectionId": second["id"]})
    forgotten = await Organization.get(id=organization.id)
    assert "virtual_meetings" not in forgotten.stored_settings
    assert forgotten.settings_version == set_up["settings"]["version"] + 1


async def test_who_switches_the_automation_off_has_nothing_of_it_kept(
    ada: Client, organization: Organization
) -> None:
    await connect(ada)
    await automation(ada, enabled=True, hasPassword=True, inviteAttendees=False, sendIcs=False)
    await automation(ada, enabled=False)
    assert "virtual_meetings" not in (await Organization.get(id=organization.id)).stored_settings
    again = await automation(ada, enabled=True)
    usual = {"enabled": True, "provider": None, "hasPassword": False, "inviteAttendees": True, "sendIcs": True}
    assert again["settings"]["virtualMeetings"] == usual


async def test_of_enabling_and_disconnecting_at_once_none_leaves_an_automation_without_a_provider(
    ada: Client, organization: Organization
) -> None:
    for _ in range(6):
        connection = await connect(ada)
        await asyncio.gather(
            automation(ada, enabled=True), ada.do(DISCONNECT, input={"connectionId": connection["id"]})
        )
        assert not (await Organization.get(id=organization.id)).settings.virtual_meetings.enabled


async def test_what_is_connected_elsewhere_does_not_count(ada: Client, anna: Agent) -> None:
    rival = await Organization.create(slug="rival", name="Rival", time_zone="Europe/Rome")
    await a_provider(rival, account="https://rival.example")
    assert await providers(ada) == []
    assert codes(await automation(ada, enabled=True)) == ["INVALID"]


async def test_agents_see_whether_calendars_have_the_meeting_and_guests_nothing_of_it(
    talk: Talk, anna: Agent, organization: Organization
) -> None:
    assert (await talk.anna.do(CALENDAR_EVENTS, id=talk.meeting))["calendarEvents"] == []
    ben = await an_agent(organization, "Ben")
    for agent in (anna, anna, ben):
        await CalendarConnection.create(
            organization=organization, agent=agent, provider=CalendarProvider.ICS, account="Private"
        )
    state = {"agent": {"name": "Anna"}, "provider": "ICS", "status": "NOT_NEEDED", "lastError": None}
    assert (await talk.anna.do(CALENDAR_EVENTS, id=talk.meeting))["calendarEvents"] == [state]
    assert (await talk.grace.do(CALENDAR_EVENTS, id=talk.meeting))["calendarEvents"] == []


async def test_how_long_a_call_is_open_follows_its_meeting(talk: Talk, clock: Clock) -> None:
    await have_call()
    later = (await Meeting.get()).start + timedelta(hours=1)
    await Meeting.all().update(start=later, end=later + timedelta(minutes=30))
    clock.advance(minutes=45)
    assert (await joining(talk.grace, talk))["joinUrl"] is None
    clock.advance(hours=1)
    assert (await joining(talk.grace, talk))["joinUrl"] == ROOM


async def test_only_what_can_be_connected_is(ada: Client) -> None:
    for provider in set(MeetingProvider) - {MeetingProvider.JITSI}:
        refused = await ada.do(CONNECT, input=account(provider=provider.value))
        assert (codes(refused), refused["errors"][0]["field"]) == (["INVALID"], ["provider"])
