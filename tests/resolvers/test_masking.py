"""No way out tells an agent who is not to know it how a guest is reached.

Every root field is asked for everything that it has to say, by every role that can be masked: a new field, or a new
root field, is looked at without being named here.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from models.agent.agent import Agent
from models.calendar.entries import entries_of, mark_of
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.words import Role
from resolvers.context import Context
from tests.builders import Clock
from tests.resolvers import documents as say
from tests.resolvers.attachment_documents import upload
from tests.resolvers.conftest import ENGINE, Client, SignIn
from tests.resolvers.everything import Curious, prepared, queries_without_arguments, whole
from tests.resolvers.house import DOCUMENTS, filled
from tests.resolvers.masked import GRACE, Masked, a_masked_house, betrayed_by, events
from tests.waiting import PATIENCE_SECONDS
from web.calendars.writing import calendar_of

MASKABLE = [role for role in Role if role is not Role.ADMINISTRATOR]
ALL = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
_ENDS = ("no", "disconnect", "cancel")


@pytest.fixture
async def masked(sign_in: SignIn, public: Client, anna: Agent, annas_link: ScheduleLink) -> Masked:
    return await a_masked_house(sign_in, public, anna)


async def all_answers(client: Client, masked: Masked) -> dict[str, str]:
    """What each root field says; those that end something are asked last."""
    asker = Curious(client)
    heard = {query: await asker.ask(query, {}) for query in queries_without_arguments()}
    heard["all nodes"] = await asker.ask(ALL, {"ids": list(masked.house.ids.values())})
    for name in sorted(DOCUMENTS, key=lambda one: one.startswith(_ENDS)):
        document, variables, _ = DOCUMENTS[name]
        heard[name] = await asker.ask(document, filled(variables, masked.house.ids))
    return heard


@pytest.mark.parametrize("role", MASKABLE)
async def test_no_answer_tells_a_masked_agent(masked: Masked, role: Role) -> None:
    heard = await all_answers(masked.agents[role], masked)
    assert {name: found for name, answer in heard.items() if (found := betrayed_by(answer))} == {}
    assert "q•••@•••" in heard["all nodes"] and "+39 ••• ••64" in heard["all nodes"]


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
async def test_no_answer_tells_another_guest_of_the_class(masked: Masked) -> None:
    """Where a field is refused at once, graphql-core leaves those beside it unawaited."""
    heard = await all_answers(masked.other_guest, masked)
    assert {name: found for name, answer in heard.items() if (found := betrayed_by(answer, keys=False))} == {}
    assert "Heidi" in "".join(heard.values())


async def test_who_may_know_is_told(masked: Masked) -> None:
    """So it is not for want of asking that the others are not."""
    told = await Curious(masked.house.clients["ada"]).ask(ALL, {"ids": list(masked.house.ids.values())})
    assert {"qgracez", "qcoraz", "qnamez", "qtitlez", "9187264", "7261948"} <= set(betrayed_by(told))


async def test_no_event_tells_a_masked_agent(masked: Masked) -> None:
    anna, grace = masked.agents[Role.AGENT], masked.house.talk.grace
    conversation, meeting = masked.house.ids["conversation"], masked.house.ids["meeting"]
    async with events(anna, conversation) as heard:
        uploaded = await upload(grace, conversation, name="mail of qgracez@secret.example.png")
        await say.say(grace, conversation, "See this", attachmentId=uploaded["id"])
        await grace.do(say.MOVE, input={"meetingId": meeting, "start": "2027-03-02T09:00:00Z"})
        await anna.do(say.ASSIGN, input={"conversationId": conversation})
        await grace.do(say.CANCEL, input={"meetingId": meeting})
        told = [await one.all_since() for one in heard]
    for feed in told:
        assert len(feed) >= 4
        assert betrayed_by("".join(feed)) == []
    assert "mail of q•••@•••.png" in "".join(told[0])


async def test_no_calendar_tells_a_masked_agent(masked: Masked, clock: Clock) -> None:
    anna = await Agent.get(id=masked.rows[Role.AGENT].id).select_related("organization")
    calendar = calendar_of(anna, await entries_of(anna, now=clock())).replace(b"\r\n ", b"")
    assert betrayed_by(calendar) == []
    assert "Call q•••@•••" in calendar.decode()


async def test_a_calendar_is_read_anew_once_it_is_masked(masked: Masked, clock: Clock) -> None:
    anna = await Agent.get(id=masked.rows[Role.AGENT].id).select_related("organization")
    before = await mark_of(anna, now=clock())
    anna.organization.stored_settings = {}
    assert await mark_of(anna, now=clock()) != before


@pytest.mark.parametrize(
    "searched",
    [
        "qgracez@secret.example",
        "qgracez",
        "secret",
        "9187264",
        "+393339187264",
        "qtitlez",
        "qtitlez@",
        "3934072",
    ],
)
async def test_nobody_is_found_by_what_is_masked(masked: Masked, searched: str) -> None:
    found = {}
    for role in (Role.AGENT, Role.SUPERVISOR):
        conversations = await masked.agents[role].do(say.CONVERSATIONS, filter={"search": searched})
        found[role] = conversations["totalCount"]
    assert found == {Role.AGENT: 0, Role.SUPERVISOR: 0}
    conversations = await masked.house.clients["ada"].do(say.CONVERSATIONS, filter={"search": searched})
    assert conversations["totalCount"] > 0


async def test_a_change_of_the_settings_holds_from_the_next_event_on(masked: Masked) -> None:
    anna, grace = masked.agents[Role.AGENT], masked.house.talk.grace
    conversation = masked.house.ids["conversation"]
    organization = await Organization.get(slug="acme")
    async with events(anna, conversation) as (heard, _):
        await say.say(grace, conversation, "One")
        assert betrayed_by("".join(await heard.all_since())) == []
        stored = {**organization.stored_settings, "mask_contacts_from": []}
        await Organization.filter(id=organization.id).update(stored_settings=stored)
        await say.say(grace, conversation, "Two")
        assert "qgracez" in betrayed_by("".join(await heard.all_since()))


async def test_a_masked_agent_sees_masked_what_they_have_typed_themselves(masked: Masked) -> None:
    """So that a guest who has more addresses than one is not told of in the answer."""
    booked = await masked.agents[Role.AGENT].do(BOOKED, input=say.wish("2027-03-03T09:00:00Z", guest=GRACE))
    assert booked == {
        "manageToken": None,
        "meeting": {
            "manageUrl": None,
            "guest": {"email": "q•••@•••", "phone": "+39 ••• ••64", "isMasked": True},
        },
        "errors": [],
    }


async def test_a_masked_agent_books_for_whoever_a_conversation_is_of_and_guesses_nothing(
    masked: Masked,
) -> None:
    anna, talk = masked.agents[Role.AGENT], masked.house.talk
    answers = []
    for day, details in (
        ("03", {"name": GRACE["name"], "email": GRACE["email"], "phone": GRACE["phone"]}),
        ("04", {"name": GRACE["name"], "email": "wrong@secret.example"}),
        ("05", {"name": "Grace"}),
    ):
        guest = {**details, "timeZone": "Europe/Rome"}
        wanted = say.wish(f"2027-03-{day}T09:00:00Z", guest=guest, conversationId=talk.id)
        answers.append(await anna.do(BOOKED_FOR, input=wanted))
    shown = {"conversation": {"id": talk.id}, "guest": {"name": GRACE["name"], "email": "q•••@•••"}}
    assert answers == [{"meeting": shown, "errors": []}] * 3


BOOKED_FOR = """mutation($input: BookMeetingInput!) { bookMeeting(input: $input) {
  meeting { conversation { id } guest { name email } } errors { code field } } }"""
BOOKED = """mutation($input: BookMeetingInput!) { bookMeeting(input: $input) {
  manageToken meeting { manageUrl guest { email phone isMasked } } errors { code } } }"""


async def test_what_is_told_of_a_meeting_tells_a_masked_agent_nothing(masked: Masked) -> None:
    follow = whole('subscription($id: ID!) { meetingEvents(meetingId: $id, after: "") { __typename } }')
    anna, meeting = masked.agents[Role.AGENT], masked.house.ids["meeting"]
    telling = ENGINE.subscribe(prepared(follow, {"id": meeting}), lambda: Context(anna.actor, world=anna.world))
    async with aclosing(telling) as outcomes, asyncio.timeout(PATIENCE_SECONDS):
        assert b"Resync" in (await anext(outcomes)).encode()
        grace = masked.house.talk.grace
        await grace.do(say.MOVE, input={"meetingId": meeting, "start": "2027-03-02T09:00:00Z"})
        await grace.do(say.CANCEL, input={"meetingId": meeting})
        told = b"".join([(await anext(outcomes)).encode() for _ in range(2)])
    assert betrayed_by(told) == []
    assert "q•••@•••" in told.decode() and "CANCELLED" in told.decode()
