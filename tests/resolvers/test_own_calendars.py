"""Who is told the address of a secret calendar, and who renews it and takes it away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actor import GuestActor
from models.agent.agent import Agent
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import an_agent
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import ELEVEN, RENEW_OWN_CALENDAR, REVOKE_OWN_CALENDAR

MINE = "{ viewer { agent { calendarUrl } guest { calendarUrl } } }"
OF_AGENT = '{ scheduleLink(link: "acme/anna") { agent { calendarUrl } } }'
OF_GUEST = "query($id: ID!) { meeting(id: $id) { guest { calendarUrl } } }"


async def mine(client: Client) -> str | None:
    viewer = await client.do(MINE)
    url: str | None = (viewer["agent"] or viewer["guest"])["calendarUrl"]
    return url


def verified(client: Client) -> Client:
    assert isinstance(client.actor, GuestActor)
    return replace(client, actor=replace(client.actor, is_verified=True))


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def test_an_agent_is_told_where_their_own_calendar_is(talk: Talk) -> None:
    url = await mine(talk.anna)
    assert url is not None
    assert url.startswith("http://frontdesk.test/calendars/a")
    assert await mine(talk.anna) == url


async def test_nobody_else_is_told_whoever_they_are(talk: Talk, public: Client, ada: Client) -> None:
    for client in (public, talk.grace, verified(talk.grace), ada):
        assert await client.do(OF_AGENT) == {"agent": {"calendarUrl": None}}


async def test_a_guest_is_told_once_they_have_shown_who_they_are(talk: Talk, ada: Client) -> None:
    assert await mine(talk.grace) is None  # whoever books in their name has such a link
    url = await mine(verified(talk.grace))
    assert url is not None
    assert url.startswith("http://frontdesk.test/calendars/g")
    for client in (talk.anna, ada):
        assert await client.do(OF_GUEST, id=talk.meeting) == {"guest": {"calendarUrl": None}}


async def test_a_guest_is_not_told_of_another(talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    heidi = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
    other = await a_talk(sign_in, anna, start=ELEVEN, guest=heidi)
    assert await mine(verified(other.grace)) != await mine(verified(talk.grace))


async def test_a_renewed_address_is_another_one(talk: Talk) -> None:
    for client in (talk.anna, verified(talk.grace)):
        before = await mine(client)
        answer = await client.do(RENEW_OWN_CALENDAR, input={})
        assert answer["errors"] == []
        assert answer["calendarUrl"] == await mine(client) != before


async def test_a_revoked_address_is_none_until_it_is_renewed(talk: Talk) -> None:
    for client in (talk.anna, verified(talk.grace)):
        before = await mine(client)
        assert await client.do(REVOKE_OWN_CALENDAR, input={}) == {"calendarUrl": None, "errors": []}
        assert await mine(client) is None
        await client.do(RENEW_OWN_CALENDAR, input={})
        assert await mine(client) not in (None, before)


async def test_an_administrator_renews_and_revokes_an_agents_and_is_not_told_it(
    talk: Talk, ada: Client, anna: Agent
) -> None:
    named: dict[str, Any] = {"agentId": ids.encode("Agent", anna.id)}
    first = await mine(talk.anna)
    assert await ada.do(RENEW_OWN_CALENDAR, input=named) == {"calendarUrl": None, "errors": []}
    second = await mine(talk.anna)
    assert await ada.do(REVOKE_OWN_CALENDAR, input=named) == {"calendarUrl": None, "errors": []}
    assert second not in (None, first)
    assert await mine(talk.anna) is None


async def test_a_guest_who_only_holds_a_link_changes_no_address(talk: Talk) -> None:
    before = await mine(verified(talk.grace))
    for document in (RENEW_OWN_CALENDAR, REVOKE_OWN_CALENDAR):
        answer = await talk.grace.do(document, input={})
        assert [error["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await mine(verified(talk.grace)) == before
