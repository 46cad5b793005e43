"""Why there are few slots, or none: by name for agents, in numbers for everybody else."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models.agent.agent import Agent
from models.agent.hours import set_date_override
from models.calendar.connection import BusyTime, CalendarConnection
from models.claim import Claim
from models.link import ScheduleLink
from models.organization.service import Service
from models.words import CalendarProvider, ConnectionStatus
from tests.builders import Clock, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import BOOK, EXPLAIN, NINE, SLOTS, TEN, wish
from tests.resolvers.explanations import BUSY_FROM, days, explained, refusals, taken


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


async def test_agents_of_another_organization_are_told_nothing(
    sign_in: SignIn, annas_link: ScheduleLink
) -> None:
    stranger = sign_in.agent(await an_agent(await an_organization("rival"), "Eve"))
    answer = await stranger.run(EXPLAIN, input=days())
    assert (answer.codes, answer.data) == (["BAD_REQUEST"], {})


async def test_a_start_is_bookable_just_where_it_is_listed_and_else_there_is_a_reason(
    agent: Client, public: Client, ben: Agent, support: Service, talk: Talk
) -> None:
    await busy(ben, BUSY_FROM + timedelta(minutes=15), hours=3)
    listed = await agent.do(SLOTS, input=days(link="acme/support"))
    starts = {slot["start"] for day in listed["days"] for slot in day["slots"]}
    for quarter in range(6 * 4, 18 * 4):
        at = f"2027-03-01T{quarter // 4:02}:{quarter % 4 * 15:02}:00Z"
        for client in (agent, public):
            told = (await explained(client, at=at, link="acme/support"))["at"]
            assert told["bookable"] == (at in starts), at
            assert bool(told["refusals"]) == (at not in starts), at
