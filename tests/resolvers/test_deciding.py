"""Guests and agents decide meetings over the API."""

from __future__ import annotations

import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from resolvers import ids
from tests.builders import a_link, a_service, an_agent
from tests.models.meeting.life import setting
from tests.models.meeting.teams import a_planned_subject
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import codes
from tests.resolvers.test_guest_sign_in import Door, door

__all__ = ["door"]

SHOWN = """query($id: ID) { meeting(id: $id) { status confirmationDeadline isReady version
  history { kind reason actor { __typename } } } }"""
UNASSIGNED = "{ meetings(unassigned: true) { edges { node { id isReady agents { name } } } } }"


@pytest.fixture
async def waiting(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink) -> Talk:
    """A meeting at nine that Grace has to confirm, and Anna then to accept."""
    subject = await a_planned_subject([anna], needs_acceptance=True)
    await ScheduleLink.filter(id=annas_link.id).update(subject=subject)
    await setting(anna.organization_id, guest_must_confirm=True, guest_confirmation_timeout_minutes=30)
    return await a_talk(sign_in, anna)


async def test_a_guest_confirms_an_agent_accepts_and_both_see_it(waiting: Talk) -> None:
    before = await waiting.grace.do(SHOWN, id=waiting.meeting)
    assert (before["status"], before["confirmationDeadline"]) == ("AWAITING_GUEST", "2027-03-01T07:30:00Z")
    act = {"meetingId": waiting.meeting}
    assert codes(await waiting.anna.do(say.ACCEPT, input=act)) == ["ALREADY_DECIDED"]
    assert codes(await waiting.anna.do(say.CONFIRM, input=act)) == ["FORBIDDEN"]
    confirmed = await waiting.grace.do(say.CONFIRM, input=act)
    assert (confirmed["meeting"]["status"], confirmed["errors"]) == ("REQUESTED", [])
    accepted = await waiting.anna.do(say.ACCEPT, input={**act, "expectedVersion": 2})
    assert (accepted["meeting"]["status"], accepted["errors"]) == ("SCHEDULED", [])
    for viewer in (waiting.grace, waiting.anna):
        after = await viewer.do(SHOWN, id=waiting.meeting)
        assert (after["status"], after["confirmationDeadline"], after["isReady"]) == ("SCHEDULED", None, True)
        assert [one["kind"] for one in after["history"]] == ["BOOKED", "CONFIRMED", "ACCEPTED"]
        assert [one["actor"]["__typename"] for one in after["history"]] == ["Contact", "Contact", "Agent"]


async def test_a_guest_who_has_signed_in_confirms_too_and_another_does_not(waiting: Talk, door: Door) -> None:
    act = {"meetingId": waiting.meeting}
    heidi, grace = await door.client("heidi@guests.example"), await door.client()
    assert codes(await heidi.do(say.CONFIRM, input=act)) == ["NOT_FOUND"]
    assert (await grace.do(say.CONFIRM, input=act))["meeting"]["status"] == "REQUESTED"
    moved = await grace.do(say.MOVE, input={**act, "start": say.TEN})
    assert codes(moved) == []


async def test_what_is_declined_says_why_to_its_guest(waiting: Talk) -> None:
    act = {"meetingId": waiting.meeting}
    await waiting.grace.do(say.CONFIRM, input=act)
    declined = await waiting.anna.do(say.DECLINE, input={**act, "reason": "I am away."})
    assert declined["meeting"]["status"] == "DECLINED"
    shown = await waiting.grace.do(SHOWN, id=waiting.meeting)
    assert (shown["isReady"], shown["history"][-1]["reason"]) == (False, "I am away.")
    assert codes(await waiting.grace.do(say.CANCEL, input=act)) == ["ALREADY_DECIDED"]


async def test_agents_alone_accept_and_decline(waiting: Talk, public: Client) -> None:
    for document in (say.ACCEPT, say.DECLINE):
        for outsider in (waiting.grace, public):
            answer = await outsider.run(document, input={"meetingId": waiting.meeting})
            assert answer.codes == ["UNAUTHENTICATED"]


async def test_what_is_offered_without_acceptance_is_scheduled_as_its_guest_confirms(waiting: Talk) -> None:
    await PlanningRule.all().update(needs_acceptance=False)
    confirmed = await waiting.grace.do(say.CONFIRM, input={"meetingId": waiting.meeting})
    assert confirmed["meeting"]["status"] == "SCHEDULED"


async def test_what_nobody_has_yet_is_taken_by_one_of_its_service_and_ready_then(
    sign_in: SignIn, public: Client, anna: Agent, organization: Organization
) -> None:
    ben = await an_agent(organization, "Ben", languages=["fr"])
    await a_link(await a_service(organization, anna, ben, assign_on_booking=False))
    booked = await public.do(say.BOOK, input=say.wish(slots={"link": "acme/support"}))
    taking = {"meetingId": booked["meeting"]["id"], "agentId": ids.encode("Agent", anna.id)}
    annas, bens = sign_in.agent(anna), sign_in.agent(ben)
    assert (await bens.do(UNASSIGNED))["edges"] == []
    [shown] = (await annas.do(UNASSIGNED))["edges"]
    assert shown["node"] == {"id": booked["meeting"]["id"], "isReady": False, "agents": []}
    assert codes(await bens.do(say.REASSIGN, input=taking)) == ["NOT_FOUND"]
    assert codes(await annas.do(say.REASSIGN, input=taking)) == []
    assert (await annas.do(SHOWN, id=booked["meeting"]["id"]))["isReady"]
