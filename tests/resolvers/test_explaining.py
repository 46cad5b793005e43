"""Why there are few slots, or none: by name for agents, in numbers for everybody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.agent.agent import Agent
from models.agent.hours import set_date_override, set_week_template
from models.availability.pool import CheckCode
from models.calendar.connection import BusyTime, CalendarConnection
from models.claim import Claim
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import CalendarProvider, ConnectionStatus
from resolvers import ids
from tests.builders import Clock, a_link, a_service, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import BOOK, EXPLAIN, NINE, SLOTS, TEN, wish

BUSY_FROM = datetime(2027, 3, 1, 8, tzinfo=UTC)
ELEVEN_IN_ROME = "2027-03-01T10:00:00Z"


def days(first: str = "2027-03-01", last: str | None = None, **target: Any) -> dict[str, Any]:
    return {
        **(target or {"link": "acme/anna"}),
        "from": first,
        "to": last or first,
        "timeZone": "Europe/Rome",
    }


async def explained(client: Client, at: str | None = None, **asked: Any) -> dict[str, Any]:
    return await client.do(EXPLAIN, input=days(**asked), at=at)


def checks(explanation: dict[str, Any]) -> dict[str, bool]:
    return {check["code"]: check["ok"] for check in explanation["checks"]}


def taken(explanation: dict[str, Any]) -> dict[str, int]:
    """The rules that took something, with the minutes."""
    return {one["rule"]: one["removedMinutes"] for one in explanation["rules"] if one["removedMinutes"]}


def refusals(explanation: dict[str, Any]) -> list[tuple[str | None, str]]:
    return [
        (refusal["agent"] and refusal["agent"]["name"], refusal["rule"])
        for refusal in explanation["at"]["refusals"]
    ]


@pytest.fixture(autouse=True)
async def link(annas_link: ScheduleLink) -> ScheduleLink:
    return annas_link


@pytest.fixture
def agent(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(anna)


@pytest.fixture
async def ben(organization: Organization) -> Agent:
    return await an_agent(organization, "Ben")


@pytest.fixture
async def support(organization: Organization, anna: Agent, ben: Agent) -> Service:
    service = await a_service(organization, anna, ben)
    await a_link(service)
    return service


async def busy(agent: Agent, start: datetime, **duration: float) -> None:
    calendar = await CalendarConnection.create(
        organization_id=agent.organization_id,
        agent=agent,
        provider=CalendarProvider.ICS,
        account="Private",
        status=ConnectionStatus.CONNECTED,
        known_until=start + timedelta(days=365),
    )
    await BusyTime.create(
        organization_id=agent.organization_id,
        connection=calendar,
        agent=agent,
        starts_at=start,
        ends_at=start + timedelta(**duration),
    )


async def test_the_rules_leave_just_the_slots_that_are_listed(agent: Client, anna: Agent) -> None:
    await busy(anna, BUSY_FROM, hours=2)
    listed = await agent.do(SLOTS, input=days())
    explanation = await explained(agent)
    assert explanation["rules"][-1]["remainingMinutes"] == listed["total"] == 12
    assert sum(taken(explanation).values()) + listed["total"] == 24 * 60
    assert list(taken(explanation)) == ["MINIMUM_NOTICE", "HOURS", "CALENDAR_BUSY", "SLOT_GRID"]
    # of the minutes from 9:00 to 16:30 on, those until 11:00; the rule of hours has taken what is outside
    assert taken(explanation)["CALENDAR_BUSY"] == 120


async def test_without_a_start_none_is_explained(agent: Client) -> None:
    assert (await explained(agent))["at"] is None


async def test_each_rule_starts_from_what_the_one_before_it_left(agent: Client) -> None:
    rules = (await explained(agent))["rules"]
    left = 24 * 60
    for one in rules:
        assert one["removedMinutes"] + one["remainingMinutes"] == left
        left = one["remainingMinutes"]


async def test_a_free_start_is_bookable_and_nothing_refuses_it(agent: Client) -> None:
    at = (await explained(agent, at=NINE))["at"]
    assert at == {"start": NINE, "bookable": True, "refusals": [], "nextBookable": NINE}


async def test_a_start_taken_by_a_meeting_says_by_whom_and_until_when(agent: Client, talk: Talk) -> None:
    explanation = await explained(agent, at=NINE)
    assert refusals(explanation) == [("Anna", "MEETING")]
    [refusal] = explanation["at"]["refusals"]
    assert refusal["message"] == "This time is taken by a meeting."
    assert refusal["until"] == explanation["at"]["nextBookable"] == "2027-03-01T08:30:00Z"


async def test_agents_are_told_agent_by_agent(
    agent: Client, anna: Agent, ben: Agent, support: Service, talk: Talk
) -> None:
    await busy(ben, BUSY_FROM, hours=1)
    explanation = await explained(agent, at=NINE, link="acme/support")
    assert explanation["candidateAgents"] == 2
    assert refusals(explanation) == [("Anna", "MEETING"), ("Ben", "CALENDAR_BUSY")]
    assert explanation["at"]["nextBookable"] == "2027-03-01T08:30:00Z"


async def test_the_public_is_told_the_rules_and_neither_whom_nor_until_when(
    public: Client, agent: Client, ben: Agent, support: Service, talk: Talk
) -> None:
    await busy(ben, BUSY_FROM, hours=3)
    told = await explained(public, at=NINE, link="acme/support")
    assert refusals(told) == [(None, "CALENDAR_BUSY"), (None, "MEETING")]
    assert [refusal["until"] for refusal in told["at"]["refusals"]] == [None, None]
    assert not any(name in str(told) for name in ("Anna", "Ben"))
    by_name = await explained(agent, at=NINE, link="acme/support")
    assert (told["checks"], told["rules"]) == (by_name["checks"], by_name["rules"])


async def test_a_guest_is_told_no_more_than_the_public_even_of_their_own_meeting(
    talk: Talk, public: Client
) -> None:
    assert await explained(talk.grace, at=NINE) == await explained(public, at=NINE)


async def test_ones_own_meeting_does_not_refuse_its_own_time_when_it_is_moved(talk: Talk) -> None:
    asked = {"link": "acme/anna", "reschedulingMeetingId": talk.meeting}
    assert (await explained(talk.grace, at=NINE, **asked))["at"]["bookable"]


async def test_of_two_who_are_refused_by_one_rule_the_public_hears_once(
    public: Client, agent: Client, support: Service
) -> None:
    night = "2027-03-01T22:00:00Z"
    assert refusals(await explained(public, at=night, link="acme/support")) == [(None, "HOURS")]
    by_name = await explained(agent, at=night, link="acme/support")
    assert refusals(by_name) == [("Anna", "HOURS"), ("Ben", "HOURS")]


async def test_a_hold_is_told_as_a_hold_until_it_expires(agent: Client, anna: Agent, clock: Clock) -> None:
    await Claim.create(
        organization_id=anna.organization_id,
        agent_id=anna.id,
        starts_at=BUSY_FROM,
        ends_at=BUSY_FROM + timedelta(minutes=30),
        expires_at=clock.now + timedelta(minutes=10),
    )
    assert refusals(await explained(agent, at=NINE)) == [("Anna", "HOLD")]
    clock.advance(minutes=10)
    assert (await explained(agent, at=NINE))["at"]["bookable"]


async def test_a_meeting_that_ends_too_late_is_refused_by_what_it_runs_into(
    public: Client, agent: Client
) -> None:
    await public.do(BOOK, input=wish(TEN))
    asked = {"link": "acme/anna", "durationMinutes": 60}
    assert refusals(await explained(agent, at="2027-03-01T08:30:00Z", **asked)) == [("Anna", "MEETING")]


@pytest.mark.parametrize(
    ("at", "rule"),
    [
        ("2027-03-01T06:30:00Z", "MINIMUM_NOTICE"),
        ("1900-01-01T00:00:00Z", "MINIMUM_NOTICE"),
        ("2027-04-05T08:00:00Z", "BOOKING_HORIZON"),
        ("2999-12-31T08:00:00Z", "BOOKING_HORIZON"),
        ("2027-03-06T08:00:00Z", "HOURS"),
        ("2027-03-01T08:10:00Z", "SLOT_GRID"),
        ("2027-03-01T08:00:30Z", "SLOT_GRID"),
        ("2027-03-02T08:00:00Z", "DATE_OVERRIDE"),
    ],
)
async def test_a_refused_start_is_explained_by_the_rule_for_which_booking_refuses_it(
    agent: Client, public: Client, anna: Agent, at: str, rule: str
) -> None:
    await set_date_override(anna, date(2027, 3, 2), [])
    explanation = await explained(agent, at=at)
    assert not explanation["at"]["bookable"]
    told = {refusal["rule"]: refusal["message"] for refusal in explanation["at"]["refusals"]}
    assert rule in told
    booked = await public.do(BOOK, input=wish(at))
    assert booked["errors"][0]["message"] == told[rule]


async def test_a_day_off_is_told_apart_from_the_usual_hours(agent: Client, anna: Agent) -> None:
    await set_date_override(anna, date(2027, 3, 2), [])
    assert taken(await explained(agent, first="2027-03-02")) == {"HOURS": 24 * 60 - 451, "DATE_OVERRIDE": 451}


async def test_dates_beyond_the_horizon_are_explained_by_it(agent: Client) -> None:
    explanation = await explained(agent, first="2027-06-01", last="2027-06-02")
    assert taken(explanation) == {"BOOKING_HORIZON": 2 * 24 * 60}


async def test_where_all_is_well_every_check_says_so(agent: Client) -> None:
    explanation = await explained(agent)
    assert checks(explanation) == {
        "PUBLIC_BOOKING_ALLOWED": True,
        "AGENTS_ACTIVE": True,
        "AGENTS_ENABLED_FOR_ONLINE_PLANNING": True,
        "AGENTS_HAVE_HOURS": True,
        "CALENDARS_CONNECTED": True,
    }
    for check in explanation["checks"]:
        assert check["message"].endswith(".")
        assert ". " not in check["message"]


async def nobody_active(anna: Agent) -> None:
    await Agent.filter(id=anna.id).update(is_active=False)


async def nobody_enabled(anna: Agent) -> None:
    await Agent.filter(id=anna.id).update(online_planning=False)


async def no_hours(anna: Agent) -> None:
    await set_week_template(anna, [])


async def a_calendar_never_read(anna: Agent) -> None:
    await CalendarConnection.create(
        organization_id=anna.organization_id, agent=anna, provider=CalendarProvider.ICS, account="Private"
    )
    await Organization.filter(id=anna.organization_id).update(stored_settings={"unknown_calendars_block": True})


SPOILED: list[tuple[Callable[[Agent], Awaitable[None]], CheckCode, str]] = [
    (nobody_active, CheckCode.AGENTS_ACTIVE, "No agent is active."),
    (
        nobody_enabled,
        CheckCode.AGENTS_ENABLED_FOR_ONLINE_PLANNING,
        "No agent is enabled for online planning.",
    ),
    (no_hours, CheckCode.AGENTS_HAVE_HOURS, "No agent has hours to come."),
    (
        a_calendar_never_read,
        CheckCode.CALENDARS_CONNECTED,
        "Of 1 agents, 1 has a calendar that cannot be read now.",
    ),
]


@pytest.mark.parametrize(("spoil", "code", "message"), SPOILED)
async def test_whatever_empties_the_list_is_told_by_its_check_and_by_a_rule(
    public: Client,
    agent: Client,
    anna: Agent,
    spoil: Callable[[Agent], Awaitable[None]],
    code: CheckCode,
    message: str,
) -> None:
    await spoil(anna)
    assert (await agent.do(SLOTS, input=days()))["total"] == 0
    for client in (public, agent):
        explanation = await explained(client, at=NINE)
        assert {"code": code, "ok": False, "message": message} in explanation["checks"]
        assert taken(explanation)
        assert explanation["rules"][-1]["remainingMinutes"] == 0
        assert not explanation["at"]["bookable"]
        assert explanation["at"]["refusals"]
        assert explanation["at"]["nextBookable"] is None


async def test_an_agent_by_id_who_is_not_active_is_explained_where_slots_are_refused(
    agent: Client, anna: Agent
) -> None:
    await nobody_active(anna)
    asked = days(agentId=ids.encode("Agent", anna.id))
    assert (await agent.run(SLOTS, input=asked)).codes == ["BAD_REQUEST"]
    explanation = await agent.do(EXPLAIN, input=asked)
    assert (explanation["candidateAgents"], checks(explanation)["AGENTS_ACTIVE"]) == (0, False)


async def test_a_service_that_is_not_active_has_nobody(agent: Client, support: Service) -> None:
    await Service.filter(id=support.id).update(is_active=False)
    for asked in ({"link": "acme/support"}, {"serviceId": ids.encode("Service", support.id)}):
        explanation = await explained(agent, **asked)
        assert (explanation["candidateAgents"], checks(explanation)["AGENTS_ACTIVE"]) == (0, False)
        assert taken(explanation) == {"HOURS": 24 * 60}


async def test_a_service_without_agents_says_so(agent: Client, organization: Organization) -> None:
    await a_link(await a_service(organization, name="Empty"))
    explanation = await explained(agent, link="acme/empty")
    assert "There is no agent who could be asked." in [check["message"] for check in explanation["checks"]]
    assert explanation["rules"][-1]["remainingMinutes"] == 0


async def test_a_check_counts_those_whom_the_ones_before_it_left(
    agent: Client, anna: Agent, ben: Agent, organization: Organization
) -> None:
    zoe = await an_agent(organization, "Zoe", is_active=False)
    await Agent.filter(id=ben.id).update(online_planning=False)
    await a_link(await a_service(organization, anna, ben, zoe, name="Sales"))
    explanation = await explained(agent, link="acme/sales")
    told = {check["code"]: check["message"] for check in explanation["checks"]}
    assert told["AGENTS_ACTIVE"] == "2 of 3 agents are active."
    assert told["AGENTS_ENABLED_FOR_ONLINE_PLANNING"] == "1 of 2 agents is enabled for online planning."
    assert explanation["candidateAgents"] == 1


async def test_where_each_agent_fails_by_another_check_one_of_them_fails(
    agent: Client, anna: Agent, ben: Agent, support: Service
) -> None:
    await nobody_active(anna)
    await Agent.filter(id=ben.id).update(online_planning=False)
    explanation = await explained(agent, link="acme/support")
    assert explanation["candidateAgents"] == 0
    assert checks(explanation)["AGENTS_ACTIVE"]
    assert not checks(explanation)["AGENTS_ENABLED_FOR_ONLINE_PLANNING"]


async def test_a_subject_asks_for_experts_and_says_whether_customers_may_have_it(
    agent: Client, anna: Agent, organization: Organization
) -> None:
    loans = await Subject.create(organization=organization, name="Loans", available_for_customers=False)
    asked = {"link": "acme/anna", "subjectId": ids.encode("Subject", loans.id)}
    without = checks(await explained(agent, **asked))
    assert (without["AGENTS_EXPERT_IN_SUBJECT"], without["SUBJECT_AVAILABLE_FOR_CUSTOMERS"]) == (False, False)
    await anna.expertise.add(loans)
    await Subject.filter(id=loans.id).update(available_for_customers=True)
    expert = checks(await explained(agent, **asked))
    assert (expert["AGENTS_EXPERT_IN_SUBJECT"], expert["SUBJECT_AVAILABLE_FOR_CUSTOMERS"]) == (True, True)


async def test_a_language_that_nobody_speaks_says_so(agent: Client, anna: Agent) -> None:
    await Agent.filter(id=anna.id).update(languages=["it"])
    told = checks(await explained(agent, link="acme/anna", language="hi"))
    assert not told["AGENTS_SPEAK_LANGUAGE"]
    assert checks(await explained(agent, link="acme/anna", language="it-IT"))["AGENTS_SPEAK_LANGUAGE"]


async def test_an_office_that_is_not_active_closes_every_minute(
    agent: Client, organization: Organization
) -> None:
    office = await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")
    asked = {"link": "acme/anna", "officeId": ids.encode("Office", office.id)}
    assert checks(await explained(agent, **asked))["OFFICE_ACTIVE"]
    await Office.filter(id=office.id).update(is_active=False)
    assert (await agent.run(SLOTS, input=days(**asked))).codes == ["BAD_REQUEST"]
    explanation = await explained(agent, at=ELEVEN_IN_ROME, **asked)
    assert not checks(explanation)["OFFICE_ACTIVE"]
    assert refusals(explanation) == [("Anna", "OFFICE_HOURS")]
    assert explanation["rules"][-1]["remainingMinutes"] == 0


async def test_that_only_agents_may_book_is_told(public: Client, organization: Organization) -> None:
    await Organization.filter(id=organization.id).update(stored_settings={"public_booking_enabled": False})
    assert not checks(await explained(public))["PUBLIC_BOOKING_ALLOWED"]


async def test_agents_of_another_organization_are_told_nothing(
    sign_in: SignIn, annas_link: ScheduleLink
) -> None:
    stranger = sign_in.agent(await an_agent(await an_organization("rival"), "Eve"))
    answer = await stranger.run(EXPLAIN, input=days())
    assert (answer.codes, answer.data) == (["BAD_REQUEST"], {})
