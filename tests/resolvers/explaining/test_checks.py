"""What is set up so that there cannot be slots is told by its check."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from models.agent.agent import Agent
from models.agent.hours import set_week_template
from models.availability.pool import CheckCode
from models.calendar.connection import CalendarConnection
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.subject import Subject
from models.words import CalendarProvider
from resolvers import ids
from tests.builders import a_link, a_service, an_agent
from tests.resolvers.conftest import Client
from tests.resolvers.documents import BOOK, EXPLAIN, NINE, SLOTS, wish
from tests.resolvers.explanations import ELEVEN_IN_ROME, checks, days, explained, refusals, taken


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
        "Every agent has a calendar that cannot be read now.",
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


async def test_booking_where_nobody_could_have_the_meeting_says_so(
    public: Client, anna: Agent, organization: Organization
) -> None:
    subject = await Subject.create(organization=organization, name="Loans")
    asked = {"link": "acme/anna", "subjectId": ids.encode("Subject", subject.id)}
    nobody = (await public.do(BOOK, input=wish(slots=asked)))["errors"][0]
    assert (nobody["code"], nobody["message"]) == (
        "OUTSIDE_AVAILABILITY",
        "There is nobody here who can be booked for this.",
    )
    await anna.expertise.add(subject)
    closed = await public.do(BOOK, input=wish("2027-03-01T22:00:00Z", slots=asked))
    assert closed["errors"][0]["message"] == "This time is outside the opening hours."


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
    agent: Client, anna: Agent, organization: Organization
) -> None:
    office = await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")
    await anna.offices.add(office)
    asked = {"link": "acme/anna", "officeId": ids.encode("Office", office.id)}
    assert checks(await explained(agent, **asked))["OFFICE_ACTIVE"]
    await Office.filter(id=office.id).update(is_active=False)
    assert (await agent.run(SLOTS, input=days(**asked))).codes == ["BAD_REQUEST"]
    explanation = await explained(agent, at=ELEVEN_IN_ROME, **asked)
    assert not checks(explanation)["OFFICE_ACTIVE"]
    assert refusals(explanation) == [("Anna", "OFFICE_HOURS")]
    assert explanation["rules"][-1]["remainingMinutes"] == 0


async def test_that_only_agents_may_book_is_told_to_agents_and_refused_to_others(
    agent: Client, public: Client, organization: Organization
) -> None:
    await Organization.filter(id=organization.id).update(stored_settings={"public_booking_enabled": False})
    assert not checks(await explained(agent))["PUBLIC_BOOKING_ALLOWED"]
    answer = await public.run(EXPLAIN, input=days())
    assert answer.codes == ["FORBIDDEN"]
    assert answer.errors[0]["message"] == "This organization does not take public bookings."
