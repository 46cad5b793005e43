"""Whoever loses a right loses it on open sockets too: at the next operation, and in what is running."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from tortoise.expressions import F
from websockets import ConnectionClosed

from models.agent.agent import Agent
from models.agent.key import create_api_key, revoke_api_key
from models.conversation.conversation import Member
from models.conversation.link import conversation_token
from models.keyring import Keyring
from models.letter.ordered import OrderedLetter
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.words import Role
from resolvers.ids import encode
from tests.builders import Clock, acting, an_agent
from tests.composition.callers import VIEWER, Booked, SignIn, post
from tests.composition.lines import line
from tests.models.meeting.groups import a_class
from tests.resolvers.documents import (
    ASSIGN,
    BOOK,
    CANCEL,
    CONVERSATION_EVENTS,
    ELEVEN,
    INBOX_EVENTS,
    MEETING_EVENTS,
    MOVE,
    SEND,
    codes,
    wish,
)
from tests.resolvers.guest_documents import REQUEST, VERIFY
from tests.resolvers.settings_documents import UPDATE_SETTINGS

COUNT = "{ conversations { totalCount } }"
PERMISSIONS = "{ viewer { permissions } }"
SIGN_OUT = "mutation { signOut { ok } }"


async def sign_out(browser: ClientSession, anna: Agent, token: str) -> None:
    await post(browser, SIGN_OUT, token=token)


async def deactivate(browser: ClientSession, anna: Agent, token: str) -> None:
    await Agent.filter(id=anna.id).update(is_active=False)


Ending = Callable[[ClientSession, Agent, str], Awaitable[None]]


@pytest.mark.parametrize("ends", [sign_out, deactivate])
async def test_who_is_out_hears_no_more_and_others_go_on(
    browser: ClientSession, address: str, anna: Agent, ben: Agent, sign_in: SignIn, booked: Booked, ends: Ending
) -> None:
    token, bens = await sign_in(anna), await sign_in(ben)
    await Agent.filter(id=ben.id).update(role=Role.SUPERVISOR)
    async with line(address, token) as hers, line(address, bens) as his, line(address, booked.token) as grace:
        await hers.follow(INBOX_EVENTS)
        for other in (his, grace):
            await other.follow(CONVERSATION_EVENTS, id=booked.conversation)
        await ends(browser, anna, token)
        end = await hers.closed()
        assert end.code == 4403
        assert "session has ended" in end.reason
        await grace.send(SEND, input={"conversationId": booked.conversation, "text": "Hello?"})
        assert (await his.event())["message"]["text"] == "Hello?"
        assert (await his.ask(VIEWER))["agent"] == {"name": "Ben"}


@pytest.mark.parametrize("ends", [sign_out, deactivate])
async def test_who_is_out_does_nothing_more_on_an_open_socket(
    browser: ClientSession, address: str, anna: Agent, sign_in: SignIn, booked: Booked, ends: Ending
) -> None:
    token = await sign_in(anna)
    async with line(address, token) as hers:
        assert (await hers.ask(VIEWER))["agent"] == {"name": "Anna"}
        await ends(browser, anna, token)
        await hers.send(SEND, input={"conversationId": booked.conversation, "text": "Still here"})
        assert (await hers.closed()).code == 4403
    async with line(address, booked.token) as grace:
        said = await grace.ask(
            "query($id: ID!) { conversation(id: $id) { messages { edges { node { text } } } } }",
            id=booked.conversation,
        )
    assert "Still here" not in str(said)


async def test_a_sign_out_over_the_socket_itself_is_answered_and_the_last_thing_answered(
    address: str, anna: Agent, sign_in: SignIn
) -> None:
    async with line(address, await sign_in(anna)) as hers:
        assert await hers.ask(SIGN_OUT) == {"ok": True}
        await hers.send(VIEWER)
        assert (await hers.closed()).code == 4403


async def test_another_session_of_the_same_agent_goes_on(
    browser: ClientSession, address: str, anna: Agent, sign_in: SignIn
) -> None:
    at_work, at_home = await sign_in(anna), await sign_in(anna)
    async with line(address, at_work) as here, line(address, at_home) as there:
        for own in (here, there):
            await own.follow(INBOX_EVENTS)
        await post(browser, SIGN_OUT, token=at_home)
        assert (await there.closed()).code == 4403
        assert (await here.ask(VIEWER))["agent"] == {"name": "Anna"}


async def test_a_lowered_role_narrows_what_the_next_operation_sees(
    address: str, ben: Agent, sign_in: SignIn, booked: Booked
) -> None:
    await Agent.filter(id=ben.id).update(role=Role.SUPERVISOR)
    async with line(address, await sign_in(ben)) as his:
        assert await his.ask(COUNT) == {"totalCount": 1}
        await Agent.filter(id=ben.id).update(role=Role.AGENT)
        assert await his.ask(COUNT) == {"totalCount": 0}


async def test_what_the_settings_take_from_a_role_an_open_socket_has_no_longer(
    address: str, anna: Agent, ben: Agent, sign_in: SignIn, booked: Booked
) -> None:
    ada = await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR)
    given = {"conversationId": booked.conversation, "agentId": encode("Agent", ben.id)}
    only_them = {"settings": {"canAssign": ["ADMINISTRATOR"]}}
    async with line(address, await sign_in(anna)) as hers, line(address, await sign_in(ada)) as chief:
        assert "ASSIGN" in (await hers.ask(PERMISSIONS))["permissions"]
        assert (await chief.ask(UPDATE_SETTINGS, input=only_them))["errors"] == []
        assert "ASSIGN" not in (await hers.ask(PERMISSIONS))["permissions"]
        assert codes(await hers.ask(ASSIGN, input=given)) == ["FORBIDDEN"]
        assert codes(await chief.ask(ASSIGN, input=given)) == []


async def test_a_lowered_role_ends_what_was_begun_under_the_old_one(
    address: str, ben: Agent, sign_in: SignIn, booked: Booked
) -> None:
    await Agent.filter(id=ben.id).update(role=Role.SUPERVISOR)
    token = await sign_in(ben)
    async with line(address, token) as his, line(address, booked.token) as grace:
        for each in (his, grace):
            await each.follow(CONVERSATION_EVENTS, id=booked.conversation)
        await Agent.filter(id=ben.id).update(role=Role.AGENT)
        end = await his.closed()
        assert (end.code, end.reason) == (4403, "Your role has changed: connect again.")
        assert (await grace.ask(VIEWER))["guest"] == {"name": "Grace Guest"}
    async with line(address, token) as his:
        await his.send(CONVERSATION_EVENTS, id=booked.conversation, after="")
        assert "NOT_FOUND" in str(await his.receive())


async def test_an_operation_that_finds_a_changed_role_ends_what_runs_under_the_old_one(
    address: str, ben: Agent, sign_in: SignIn, booked: Booked
) -> None:
    await Agent.filter(id=ben.id).update(role=Role.SUPERVISOR)
    async with line(address, await sign_in(ben)) as his:
        await his.follow(CONVERSATION_EVENTS, id=booked.conversation)
        await Agent.filter(id=ben.id).update(role=Role.AGENT)
        await his.send(COUNT)
        assert (await his.closed()).code == 4403


@pytest.mark.parametrize("expires", [False, True])
async def test_a_program_whose_key_ends_hears_no_more_and_others_go_on(
    address: str, ben: Agent, booked: Booked, clock: Clock, expires: bool
) -> None:
    await Agent.filter(id=ben.id).update(role=Role.ADMINISTRATOR)
    admin, soon = acting(await Agent.get(id=ben.id)), clock() + timedelta(hours=1)
    ending = await create_api_key(
        actor=admin, name="Website", role=Role.SUPERVISOR, expires_at=soon if expires else None, now=clock()
    )
    other = await create_api_key(actor=admin, name="Export", role=Role.SUPERVISOR, now=clock())
    async with line(address, ending.key) as its, line(address, other.key) as others:
        for each in (its, others):
            await each.follow(CONVERSATION_EVENTS, id=booked.conversation)
        if expires:
            clock.advance(hours=1)
        else:
            await revoke_api_key(ending.row.id, actor=admin, now=clock())
        end = await its.closed()
        assert (end.code, end.reason) == (4403, "The API key is not valid.")
        assert (await others.ask(VIEWER))["agent"] == {"name": "Export"}


async def test_a_guest_whose_link_was_renewed_hears_no_more_and_others_go_on(
    address: str, anna: Agent, sign_in: SignIn, booked: Booked
) -> None:
    async with line(address, booked.token) as grace, line(address, await sign_in(anna)) as hers:
        for each in (grace, hers):
            await each.follow(CONVERSATION_EVENTS, id=booked.conversation)
        await Meeting.all().update(link_key=F("link_key") + 1)
        end = await grace.closed()
        assert (end.code, end.reason) == (4403, "The manage link is not valid.")
        assert (await hers.ask(VIEWER))["agent"] == {"name": "Anna"}


async def test_a_token_shown_on_a_nameless_socket_is_good_until_it_is_renewed(
    browser: ClientSession, address: str, booked: Booked
) -> None:
    async with line(address) as anybody, line(address, booked.token) as grace:
        await anybody.follow(MEETING_EVENTS, token=booked.token)
        await grace.send(SEND, input={"conversationId": booked.conversation, "text": "Nothing of the meeting"})
        [meeting] = await Meeting.all()
        mine = {"meetingId": encode("Meeting", meeting.id), "start": ELEVEN}
        assert codes((await post(browser, MOVE, token=booked.token, input=mine))["rescheduleMeeting"]) == []
        assert (await anybody.event())["meeting"]["guest"] == {"name": "Grace Guest"}
        await Meeting.all().update(link_key=F("link_key") + 1)
        end = await anybody.receive()
        assert (end["type"], end["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")
        assert await anybody.ask(VIEWER) == {"agent": None, "guest": None}


async def test_a_guest_whose_link_was_renewed_does_nothing_more_on_an_open_socket(
    address: str, booked: Booked
) -> None:
    async with line(address, booked.token) as grace:
        assert (await grace.ask(VIEWER))["guest"] == {"name": "Grace Guest"}
        await Meeting.all().update(link_key=F("link_key") + 1)
        await grace.send(VIEWER)
        assert (await grace.closed()).code == 4403


async def test_who_has_left_a_conversation_hears_no_more_by_its_link(
    address: str, keys: Keyring, booked: Booked
) -> None:
    member = await Member.get(contact_id__isnull=False)
    async with (
        line(address, conversation_token(member.id, keys=keys)) as its,
        line(address, booked.token) as hers,
    ):
        for each in (its, hers):
            await each.follow(CONVERSATION_EVENTS, id=booked.conversation)
        await member.delete()
        end = await its.closed()
        assert (end.code, end.reason) == (4403, "The link into the conversation is not valid.")
        assert (await hers.ask(VIEWER))["guest"] == {"name": "Grace Guest"}


async def signed_in(browser: ClientSession, keys: Keyring) -> str:
    """Grace's token, by the code that was mailed to her."""
    her = {"organization": "acme", "email": "grace@guests.example"}
    await post(browser, REQUEST, input=her)
    [letter] = await OrderedLetter.all().order_by("-id").limit(1)
    order = letter.order(keys)
    assert order is not None
    verified = await post(browser, VERIFY, input={**her, "code": order.code})
    return str(verified["verifyGuestCode"]["guestToken"])


async def test_a_guest_who_signs_out_hears_no_more_and_goes_on_where_they_are_signed_in_still(
    address: str, browser: ClientSession, keys: Keyring, booked: Booked
) -> None:
    first, second = await signed_in(browser, keys), await signed_in(browser, keys)
    async with line(address, first) as phone, line(address, second) as laptop:
        for each in (phone, laptop):
            await each.follow(CONVERSATION_EVENTS, id=booked.conversation)
        await post(browser, SIGN_OUT, token=first)
        assert (await phone.closed()).code == 4403
        assert (await laptop.ask(VIEWER))["guest"] == {"name": "Grace Guest"}


async def test_a_guest_whose_session_is_a_week_old_hears_no_more(
    address: str, browser: ClientSession, keys: Keyring, booked: Booked, clock: Clock
) -> None:
    async with line(address, await signed_in(browser, keys)) as grace:
        await grace.follow(CONVERSATION_EVENTS, id=booked.conversation)
        clock.advance(days=7)
        assert (await grace.closed()).code == 4403


async def test_the_public_goes_on_without_a_name(address: str) -> None:
    async with line(address) as anybody:
        for _ in range(2):
            assert await anybody.ask(VIEWER) == {"agent": None, "guest": None}


@dataclass(frozen=True, slots=True)
class Two:
    """Grace and Heidi come to one meeting of Anna's; ids are the API's."""

    meeting: str
    conversation: str
    grace: str
    heidi: str


@pytest.fixture
async def two(browser: ClientSession, anna: Agent, annas_link: ScheduleLink) -> Two:
    target = await a_class(anna)
    assert target.subject is not None
    slots = {"link": "acme/anna", "subjectId": encode("Subject", target.subject.id)}
    heidi = {"name": "Heidi", "email": "heidi@guests.example", "timeZone": "Europe/Rome"}
    first = (await post(browser, BOOK, input=wish(slots=slots)))["bookMeeting"]
    second = (await post(browser, BOOK, input=wish(slots=slots, guest=heidi)))["bookMeeting"]
    meeting, conversation = first["meeting"]["id"], first["meeting"]["conversation"]["id"]
    return Two(meeting, conversation, first["manageToken"], second["manageToken"])


async def test_who_leaves_a_group_meeting_hears_no_more_and_the_others_go_on(
    browser: ClientSession, address: str, two: Two
) -> None:
    async with line(address, two.grace) as graces, line(address, two.heidi) as heidis:
        for each in (graces, heidis):
            await each.follow(CONVERSATION_EVENTS, id=two.conversation)
        await post(browser, CANCEL, token=two.grace, input={"meetingId": two.meeting})
        # The feed ends, and with the next operation the socket does, unless somebody has looked before.
        heard = []
        with pytest.raises(ConnectionClosed) as end:
            heard.append(await graces.receive())
            await graces.send(VIEWER)
            heard.append(await graces.receive())
        assert end.value.rcvd is not None
        assert (end.value.rcvd.code, end.value.rcvd.reason) == (4403, "The manage link is not valid.")
        assert [one["type"] for one in heard] in ([], ["error"])
        assert "FORBIDDEN" in str(heard) or not heard
        assert (await heidis.ask(VIEWER))["guest"] == {"name": "Heidi"}


async def test_who_has_left_does_nothing_more_on_an_open_socket(
    browser: ClientSession, address: str, two: Two
) -> None:
    async with line(address, two.grace) as graces:
        assert (await graces.ask(VIEWER))["guest"] == {"name": "Grace Guest"}
        await post(browser, CANCEL, token=two.grace, input={"meetingId": two.meeting})
        await graces.send(VIEWER)
        assert (await graces.closed()).code == 4403
