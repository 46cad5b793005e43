"""Agents begin: they book for a guest at a known time, or invite the guest to choose one."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.contact.contact import Contact
from models.keyring import Keyring
from models.letter.ordered import Order, OrderedLetter
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import a_service, an_agent
from tests.resolvers import documents as say
from tests.resolvers import link_documents as linked
from tests.resolvers.conftest import Client, SignIn

HEIDI = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/London", "locale": "de"}
ORIGIN = "query($id: ID) { meeting(id: $id) { origin status } }"


@pytest.fixture
def anna_signed_in(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink) -> Client:
    return sign_in.agent(anna)


async def invites(client: Client, agent: Agent, **more: Any) -> dict[str, Any]:
    link = {"agentId": ids.encode("Agent", agent.id), **more.pop("link", {})}
    return await client.do(linked.INVITE, input={"link": link, "guest": HEIDI, **more})


async def letters(keys: Keyring) -> list[Order]:
    orders = [row.order(keys) for row in await OrderedLetter.all().order_by("id")]
    return [order for order in orders if order is not None]


async def books(public: Client, slug: str, start: str, **guest: Any) -> dict[str, Any]:
    return await public.do(
        say.BOOK, input=say.wish(start, slots={"link": f"acme/{slug}"}, guest={**HEIDI, **guest})
    )


async def test_the_guest_is_mailed_a_link_in_their_language_with_the_message(
    anna_signed_in: Client, anna: Agent, keys: Keyring
) -> None:
    answer = await invites(anna_signed_in, anna, message="About your loan.")
    assert answer["errors"] == []
    assert answer["link"]["isInvitation"]
    [letter] = await letters(keys)
    assert (letter.occasion, letter.audience) == ("INVITATION", "GUEST")
    assert (letter.name, letter.address, letter.languages) == ("Heidi", "heidi@guests.example", ("de",))
    assert (letter.url, letter.message) == (answer["link"]["url"], "About your loan.")
    assert letter.agent_names == ("Anna",)
    entry = await AuditEntry.get(action="inviteGuest")
    heidi = await Contact.get(name="Heidi")
    assert entry.detail == {"guest": {"$node": ["Contact", heidi.id]}}


async def test_what_is_booked_through_it_was_begun_by_the_agent(
    anna_signed_in: Client, anna: Agent, public: Client
) -> None:
    slug = (await invites(anna_signed_in, anna))["link"]["slug"]
    invited = await books(public, slug, say.NINE)
    other = await books(public, "anna", say.TEN)
    seen = [await anna_signed_in.do(ORIGIN, id=one["meeting"]["id"]) for one in (invited, other)]
    assert [one["origin"] for one in seen] == ["OUTBOUND", "INBOUND"]
    assert await Contact.filter(name="Heidi").count() == 1


async def test_offered_times_are_held_until_one_is_booked(
    anna_signed_in: Client, anna: Agent, public: Client
) -> None:
    offered = {"offeredTimes": [say.NINE, say.TEN], "singleUse": True}
    slug = (await invites(anna_signed_in, anna, link=offered))["link"]["slug"]
    assert say.codes(await books(public, "anna", say.TEN, name="Ivan")) == ["SLOT_TAKEN"]
    booked = await books(public, slug, say.NINE)
    assert booked["errors"] == []
    assert (await anna_signed_in.do(ORIGIN, id=booked["meeting"]["id"]))["origin"] == "OUTBOUND"
    assert (await books(public, "anna", say.TEN, name="Ivan"))["errors"] == []


async def test_an_offered_time_that_cannot_be_had_invites_nobody(
    anna_signed_in: Client, anna: Agent, public: Client, keys: Keyring
) -> None:
    await books(public, "anna", say.TEN)
    taken = await invites(anna_signed_in, anna, link={"offeredTimes": [say.NINE, say.TEN]})
    [error] = taken["errors"]
    assert (error["code"], error["field"]) == ("SLOT_TAKEN", ["link", "offeredTimes", "1"])
    assert taken["alternatives"]
    assert await letters(keys) == []
    assert await ScheduleLink.filter(is_invitation=True).count() == 0


async def test_a_request_that_comes_twice_invites_once(
    anna_signed_in: Client, anna: Agent, keys: Keyring
) -> None:
    first = await invites(anna_signed_in, anna, idempotencyKey="once")
    assert await invites(anna_signed_in, anna, idempotencyKey="once") == first
    assert len(await letters(keys)) == 1
    other = await invites(anna_signed_in, anna, idempotencyKey="once", message="Hello")
    assert say.codes(other) == ["IDEMPOTENCY_CONFLICT"]


async def test_who_plans_invites_to_others_and_to_services_and_other_agents_do_not(
    sign_in: SignIn, anna: Agent, organization: Organization, keys: Keyring
) -> None:
    planner = sign_in.agent(await an_agent(organization, "Paul", role=Role.BOOKING_MANAGER))
    ben = sign_in.agent(await an_agent(organization, "Ben"))
    service = await a_service(organization, anna)
    to_service = {"link": {"serviceId": ids.encode("Service", service.id)}, "guest": HEIDI}
    assert (await invites(planner, anna))["errors"] == []
    assert (await planner.do(linked.INVITE, input=to_service))["errors"] == []
    assert say.codes(await invites(ben, anna)) == ["FORBIDDEN"]
    assert say.codes(await ben.do(linked.INVITE, input=to_service)) == ["FORBIDDEN"]
    assert [letter.title for letter in await letters(keys)] == [None, "Support"]


async def test_a_role_that_does_not_book_for_guests_invites_none(
    anna_signed_in: Client, anna: Agent, organization: Organization, keys: Keyring
) -> None:
    organization.stored_settings = {**organization.stored_settings, "can_create_meetings": ["MANAGER"]}
    await organization.save()
    assert say.codes(await invites(anna_signed_in, anna)) == ["FORBIDDEN"]
    assert await letters(keys) == []


async def test_what_an_agent_books_for_a_guest_was_begun_by_the_agent_within_the_notice_for_agents(
    anna_signed_in: Client, public: Client, organization: Organization, annas_link: ScheduleLink
) -> None:
    notices = {"public_minimum_notice_minutes": 24 * 60, "agent_minimum_notice_minutes": 30}
    organization.stored_settings = {**organization.stored_settings, **notices}
    await organization.save()
    assert say.codes(await books(public, "anna", say.TEN)) == ["TOO_SOON"]
    by_agent = await anna_signed_in.do(say.BOOK, input=say.wish(say.TEN, guest=HEIDI))
    assert by_agent["errors"] == []
    seen = await anna_signed_in.do(ORIGIN, id=by_agent["meeting"]["id"])
    assert seen == {"origin": "OUTBOUND", "status": "SCHEDULED"}
