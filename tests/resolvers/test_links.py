"""Schedule links through the API: who makes them, what they say, and what is booked through them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.agent.agent import Agent
from models.claim import Claim
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import MeetingType, Role
from resolvers import ids
from tests.builders import Clock, a_link, a_service, an_agent, an_organization
from tests.resolvers import link_documents as say
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import BOOK, CANCEL, ELEVEN, EXPLAIN, HOLD, NINE, SLOTS, TEN, codes, wish

A_WEEK = {"from": "2027-03-01", "to": "2027-03-07", "timeZone": "Europe/Rome"}


@pytest.fixture
def agent(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(anna)


async def create(client: Client, of: Agent | Service, **more: Any) -> dict[str, Any]:
    kind = "Agent" if isinstance(of, Agent) else "Service"
    return await client.do(say.CREATE, input={f"{kind.lower()}Id": ids.encode(kind, of.id), **more})


async def created(client: Client, of: Agent | Service, **more: Any) -> dict[str, Any]:
    answer = await create(client, of, **more)
    assert answer["errors"] == answer["alternatives"] == []
    return dict(answer["link"])


async def update(client: Client, link: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await client.do(say.UPDATE, input={"linkId": link["id"], **more})


async def updated(client: Client, link: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await update(client, link, **more)
    assert answer["errors"] == []
    return dict(answer["link"])


async def shown(client: Client, address: str) -> Any:
    return (await client.run(say.SHOW, link=address)).data["scheduleLink"]


async def dates(client: Client, address: str) -> list[str]:
    answer = await client.do(SLOTS, input={**A_WEEK, "link": address})
    return [day["date"] for day in answer["days"]]


async def starts(client: Client, address: str) -> list[str]:
    answer = await client.do(SLOTS, input={**A_WEEK, "link": address})
    return [slot["start"] for day in answer["days"] for slot in day["slots"]]


def error(payload: dict[str, Any]) -> tuple[str, list[str] | None]:
    [one] = payload["errors"]
    return one["code"], one["field"]


async def test_a_link_of_ones_own_says_nothing_more_than_it_was_told(
    agent: Client, public: Client, anna: Agent
) -> None:
    link = await created(agent, anna)
    slug = link["slug"]
    del link["id"]
    assert link == {
        "version": 1,
        "slug": slug,
        "url": f"http://frontdesk.test/acme/{slug}",
        "agent": {"name": "Anna"},
        "singleUse": False,
        "isActive": True,
        **dict.fromkeys(["service", "subject", "meetingType", "durationMinutes", "from", "to"]),
        **dict.fromkeys(["offeredTimes", "expiresAt"]),
    }
    assert (await shown(public, f"acme/{slug}"))["url"] == link["url"]
    booked = await public.do(BOOK, input=wish(slots={"link": f"acme/{slug}"}))
    assert booked["errors"] == []


async def test_an_address_that_is_not_given_cannot_be_guessed(agent: Client, anna: Agent) -> None:
    slugs = [(await created(agent, anna))["slug"] for _ in range(5)]
    assert len(set(slugs)) == 5
    assert all(len(slug) == 16 and slug.isascii() and slug.isalnum() and slug.islower() for slug in slugs)


async def test_a_link_says_all_that_it_was_told(
    agent: Client, public: Client, anna: Agent, loans: Subject
) -> None:
    told = {
        "slug": "spring-fair",
        "subjectId": ids.encode("Subject", loans.id),
        "meetingType": "VIDEO",
        "durationMinutes": 60,
        "from": "2027-03-02",
        "to": "2027-03-04",
        "singleUse": True,
        "expiresAt": "2027-03-05T10:00:00Z",
    }
    link = await created(agent, anna, **told)
    assert link["subject"] == {"name": "Loans"}
    same = {name: value for name, value in told.items() if name != "subjectId"}
    assert {name: link[name] for name in same} == same
    assert await shown(public, "acme/spring-fair") == link
    answer = await agent.do(say.LISTED, id=ids.encode("Agent", anna.id))
    assert answer["scheduleLinks"] == [link]
    asked = {**A_WEEK, "link": "acme/spring-fair"}
    seen = await public.do(
        "query($input: SlotsInput!) { slots(input: $input) { durationMinutes } }", input=asked
    )
    assert seen == {"durationMinutes": 60}


@pytest.fixture
async def loans(organization: Organization, anna: Agent) -> Subject:
    """What Anna is expert in; met by video for half an hour or an hour, and never by phone."""
    subject = await Subject.create(organization=organization, name="Loans")
    await anna.expertise.add(subject)
    for kind, enabled in ((MeetingType.VIDEO, True), (MeetingType.PHONE, False)):
        await PlanningRule.create(
            organization=organization,
            subject=subject,
            meeting_type=kind,
            enabled=enabled,
            duration_options=[30, 60],
            default_duration_minutes=30,
            slot_interval_minutes=30,
        )
    return subject


async def test_a_link_offers_only_meetings_that_are_held(agent: Client, anna: Agent, loans: Subject) -> None:
    about = {"subjectId": ids.encode("Subject", loans.id)}
    assert error(await create(agent, anna, **about, durationMinutes=45)) == ("INVALID", ["durationMinutes"])
    assert error(await create(agent, anna, **about, meetingType="PHONE")) == ("INVALID", ["meetingType"])
    link = await created(agent, anna, **about)
    assert error(await update(agent, link, durationMinutes=45)) == ("INVALID", ["durationMinutes"])
    await Subject.filter(id=loans.id).update(available_for_customers=False)
    assert error(await create(agent, anna, **about)) == ("INVALID", ["subjectId"])
    assert await ScheduleLink.all().count() == 1


async def test_planners_make_links_of_others_and_of_services_and_nobody_else_does(
    sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    service = await a_service(organization, anna)
    for role in Role:
        colleague = sign_in.agent(await an_agent(organization, role=role))
        planner = role in (Role.ADMINISTRATOR, Role.MANAGER, Role.BOOKING_MANAGER)
        for of in (anna, service):
            answer = await create(colleague, of)
            assert codes(answer) == ([] if planner else ["FORBIDDEN"]), role
    link = {"id": ids.encode("ScheduleLink", (await a_link(service)).id)}
    assert error(await update(sign_in.agent(anna), link, singleUse=True)) == ("FORBIDDEN", None)
    deleted = await sign_in.agent(anna).do(say.DELETE, input={"linkId": link["id"]})
    assert (deleted["deleted"], codes(deleted)) == (False, ["FORBIDDEN"])


async def test_a_link_is_of_one_agent_or_of_one_service(
    sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    service = await a_service(organization, anna)
    both = await create(ada, anna, serviceId=ids.encode("Service", service.id))
    assert error(both) == error(await ada.do(say.CREATE, input={})) == ("INVALID", ["agentId"])


async def test_what_is_out_of_use_gets_no_link(
    sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    ada = sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    service = await a_service(organization, anna, is_active=False)
    await Agent.filter(id=anna.id).update(is_active=False)
    assert error(await create(ada, anna)) == ("NOT_FOUND", ["agentId"])
    assert error(await create(ada, service)) == ("NOT_FOUND", ["serviceId"])


async def test_an_address_is_of_one_link_of_the_organization(
    sign_in: SignIn, agent: Client, anna: Agent
) -> None:
    eve = await an_agent(await an_organization("rival"), "Eve")
    await created(agent, anna, slug="fair")
    await created(sign_in.agent(eve), eve, slug="fair")
    assert error(await create(agent, anna, slug="fair")) == ("INVALID", ["slug"])
    other = await created(agent, anna)
    assert error(await update(agent, other, slug="fair")) == ("INVALID", ["slug"])


async def test_of_many_who_want_one_address_at_once_one_has_it(agent: Client, anna: Agent) -> None:
    answers = await asyncio.gather(*(create(agent, anna, slug="fair") for _ in range(6)))
    assert sorted(codes(one) for one in answers) == [[]] + [["INVALID"]] * 5


async def test_the_same_request_again_makes_no_second_link(agent: Client, anna: Agent, clock: Clock) -> None:
    asked = {"idempotencyKey": "k", "offeredTimes": [TEN], "expiresAt": "2027-03-01T08:00:00Z"}
    answers = await asyncio.gather(*(created(agent, anna, **asked) for _ in range(4)))
    clock.advance(hours=2)
    again = await created(agent, anna, **asked)
    assert {one["id"] for one in (*answers, again)} == {again["id"]}
    assert await ScheduleLink.all().count() == await Claim.all().count() == 1
    other = await create(agent, anna, **{**asked, "slug": "other"})
    assert error(other) == ("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])
    await agent.do(say.DELETE, input={"linkId": again["id"]})
    assert error(await create(agent, anna, **asked)) == ("NOT_FOUND", ["idempotencyKey"])


async def test_what_is_not_given_stays_and_null_takes_away(agent: Client, anna: Agent) -> None:
    link = await created(
        agent, anna, slug="fair", durationMinutes=60, **{"from": "2027-03-02", "to": "2027-03-04"}
    )
    changed = await updated(agent, link, to="2027-03-05", singleUse=True)
    assert changed == {**link, "to": "2027-03-05", "singleUse": True, "version": 2}
    cleared = await updated(agent, link, durationMinutes=None, to=None, **{"from": None})
    assert (cleared["durationMinutes"], cleared["from"], cleared["to"], cleared["slug"]) == (
        None,
        None,
        None,
        "fair",
    )
    assert error(await update(agent, link, expectedVersion=2, slug="late")) == ("STALE", ["expectedVersion"])
    assert (await updated(agent, link, expectedVersion=3, slug="late"))["slug"] == "late"


async def test_a_range_does_not_end_before_it_begins_however_it_is_changed(agent: Client, anna: Agent) -> None:
    assert error(await create(agent, anna, to="2027-03-01", **{"from": "2027-03-02"})) == ("INVALID", ["to"])
    link = await created(agent, anna, to="2027-03-02", **{"from": "2027-03-02"})
    assert error(await update(agent, link, to="2027-03-01")) == ("INVALID", ["to"])
    assert error(await update(agent, link, **{"from": "2027-03-03"})) == ("INVALID", ["to"])


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", "2027-03-02", "2027-03-04"),
        ("?from=2027-03-03", "2027-03-03", "2027-03-04"),
        ("?to=2027-03-03", "2027-03-02", "2027-03-03"),
        ("?from=2027-03-03&to=2027-03-03", "2027-03-03", "2027-03-03"),
        ("?from=2027-03-01&to=2027-03-31", "2027-03-02", "2027-03-04"),
    ],
)
async def test_an_address_narrows_the_dates_of_its_link_and_never_widens_them(
    agent: Client, public: Client, anna: Agent, query: str, first: str, last: str
) -> None:
    await created(agent, anna, slug="fair", to="2027-03-04", **{"from": "2027-03-02"})
    seen = await shown(public, f"acme/fair{query}")
    assert (seen["from"], seen["to"]) == (first, last)
    days = ["2027-03-02", "2027-03-03", "2027-03-04"]
    assert await dates(public, f"acme/fair{query}") == [day for day in days if first <= day <= last]
    for day in ("2027-03-01", "2027-03-05"):
        slots = {"link": f"acme/fair{query}"}
        booked = await public.do(BOOK, input=wish(f"{day}T09:00:00Z", slots=slots))
        assert codes(booked) == ["OUTSIDE_AVAILABILITY"]


async def test_an_address_whose_dates_lie_beside_its_links_offers_nothing(
    agent: Client, public: Client, anna: Agent
) -> None:
    await created(agent, anna, slug="fair", to="2027-03-04", **{"from": "2027-03-02"})
    assert await dates(public, "acme/fair?from=2027-03-05") == []
    assert await dates(public, "acme/fair?to=2027-03-01") == []


async def test_a_link_ends_at_its_expiry_by_itself(
    agent: Client, public: Client, anna: Agent, clock: Clock
) -> None:
    await created(agent, anna, slug="fair", expiresAt="2027-03-01T07:10:00Z")
    assert await shown(public, "acme/fair")
    clock.advance(minutes=10)
    assert await shown(public, "acme/fair") is None
    asked = await public.run(SLOTS, input={**A_WEEK, "link": "acme/fair"})
    assert asked.errors[0]["extensions"]["refusal"] == "LINK_EXPIRED"
    slots = {"link": "acme/fair"}
    assert codes(await public.do(BOOK, input=wish(TEN, slots=slots))) == ["LINK_EXPIRED"]
    assert codes(await public.do(HOLD, input={"slots": slots, "start": TEN})) == ["LINK_EXPIRED"]


async def test_a_link_that_has_expired_can_be_given_more_time(
    agent: Client, public: Client, anna: Agent, clock: Clock
) -> None:
    link = await created(agent, anna, expiresAt="2027-03-01T07:10:00Z", offeredTimes=[TEN])
    clock.advance(minutes=10)
    assert TEN in await starts(public, f"acme/{(await created(agent, anna))['slug']}")
    await updated(agent, link, expiresAt="2027-03-01T08:00:00Z")
    assert await starts(public, f"acme/{link['slug']}") == [TEN]
    assert TEN not in await starts(public, f"acme/{(await created(agent, anna))['slug']}")


async def test_a_link_of_who_is_out_of_use_is_shown_no_longer_and_offers_nothing(
    agent: Client, public: Client, anna: Agent, organization: Organization
) -> None:
    await created(agent, anna, slug="fair")
    service = await a_service(organization, anna)
    await a_link(service, "support")
    await Agent.filter(id=anna.id).update(is_active=False)
    assert await shown(public, "acme/fair") is None
    assert await starts(public, "acme/fair") == []
    await Service.filter(id=service.id).update(is_active=False)
    assert await shown(public, "acme/support") is None
    assert codes(await public.do(BOOK, input=wish(slots={"link": "acme/support"}))) == ["NOT_FOUND"]


async def test_offered_times_are_the_links_alone(agent: Client, public: Client, anna: Agent) -> None:
    link = await created(agent, anna, slug="fair", offeredTimes=[ELEVEN, NINE])
    assert link["offeredTimes"] == [ELEVEN, NINE]
    assert await starts(public, "acme/fair") == [NINE, ELEVEN]
    by_id = {"agentId": ids.encode("Agent", anna.id)}
    refused = await public.do(BOOK, input=wish(NINE, slots=by_id))
    assert codes(refused) == ["SLOT_TAKEN"]
    told = await agent.do(EXPLAIN, input={**A_WEEK, **by_id}, at=NINE)
    assert [one["rule"] for one in told["at"]["refusals"]] == ["HOLD"]


async def test_a_time_that_cannot_be_offered_is_named_with_others_instead(agent: Client, anna: Agent) -> None:
    await created(agent, anna, offeredTimes=[TEN])
    refused = await create(agent, anna, offeredTimes=[NINE, TEN])
    assert error(refused) == ("SLOT_TAKEN", ["offeredTimes", "1"])
    assert refused["errors"][0]["message"].startswith("2027-03-01 09:00 UTC: ")
    assert refused["link"] is None
    half_past = ["2027-03-01T08:30:00Z", "2027-03-01T09:30:00Z"]
    assert [slot["start"] for slot in refused["alternatives"]][:2] == half_past
    assert await ScheduleLink.all().count() == await Claim.all().count() == 1


async def test_a_new_list_is_held_instead_of_the_old_one_even_if_that_was_used(
    agent: Client, public: Client, anna: Agent
) -> None:
    link = await created(agent, anna, slug="fair", offeredTimes=[NINE, TEN])
    await public.do(BOOK, input=wish(NINE, slots={"link": "acme/fair"}))
    await updated(agent, link, offeredTimes=[TEN, ELEVEN])
    everybody = f"acme/{(await created(agent, anna))['slug']}"
    assert {TEN, ELEVEN}.isdisjoint(await starts(public, everybody))
    await updated(agent, link, offeredTimes=None)
    assert {TEN, ELEVEN} <= set(await starts(public, everybody))
    assert await starts(public, "acme/fair") == await starts(public, everybody)


async def test_another_address_changes_nothing_of_what_is_held(
    agent: Client, public: Client, anna: Agent
) -> None:
    link = await created(agent, anna, slug="fair", offeredTimes=[NINE, TEN])
    held = await public.do(HOLD, input={"slots": {"link": "acme/fair"}, "start": NINE})
    before = await Claim.all().order_by("id").values()
    await updated(agent, link, slug="moved")
    assert await Claim.all().order_by("id").values() == before
    booked = await public.do(
        BOOK, input=wish(NINE, slots={"link": "acme/moved"}, holdToken=held["hold"]["token"])
    )
    assert booked["errors"] == []


async def test_deleting_a_link_keeps_what_was_booked_through_it(
    agent: Client, public: Client, anna: Agent
) -> None:
    link = await created(agent, anna, slug="fair", offeredTimes=[NINE, TEN])
    await public.do(BOOK, input=wish(NINE, slots={"link": "acme/fair"}))
    assert (await agent.do(say.DELETE, input={"linkId": link["id"]}))["deleted"]
    assert await shown(public, "acme/fair") is None
    assert await Meeting.all().count() == await Claim.all().count() == 1
    again = await agent.do(say.DELETE, input={"linkId": link["id"]})
    assert (again["deleted"], error(again)) == (False, ("NOT_FOUND", ["linkId"]))


async def test_a_link_good_for_one_booking_is_good_for_no_other_even_if_that_is_cancelled(
    agent: Client, public: Client, anna: Agent
) -> None:
    await created(agent, anna, slug="once", singleUse=True)
    slots = {"link": "acme/once"}
    first = await public.do(BOOK, input=wish(NINE, slots=slots, idempotencyKey="k"))
    assert codes(await public.do(BOOK, input=wish(TEN, slots=slots))) == ["LINK_EXPIRED"]
    await agent.do(CANCEL, input={"meetingId": first["meeting"]["id"]})
    assert codes(await public.do(BOOK, input=wish(TEN, slots=slots))) == ["LINK_EXPIRED"]
    assert await shown(public, "acme/once") is None
    again = await public.do(BOOK, input=wish(NINE, slots=slots, idempotencyKey="k"))
    assert again["meeting"]["id"] == first["meeting"]["id"]
    assert again["manageToken"] == first["manageToken"]


async def test_twins_through_a_link_good_for_one_booking_get_one_answer(
    agent: Client, public: Client, anna: Agent
) -> None:
    for number in range(5):
        await created(agent, anna, slug=f"once-{number}", singleUse=True)
        guest = {"name": "Grace", "email": f"grace{number}@guests.example", "timeZone": "Europe/Rome"}
        input = wish(
            f"2027-03-01T{8 + number:02}:00:00Z",
            slots={"link": f"acme/once-{number}"},
            idempotencyKey="k" * (number + 1),
            guest=guest,
        )
        answers = await asyncio.gather(*(public.do(BOOK, input=input) for _ in range(6)))
        assert len({answer["meeting"]["id"] for answer in answers}) == 1
