"""A mail relay brings what calendars answer; what they say is kept of those who come, and nothing else changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession
from starlette.applications import Starlette

from models.actor import Public
from models.agent.agent import Agent
from models.availability.target import Named, find_target
from models.event import EventRow
from models.keyring import Keyring
from models.meeting.booking import book
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.joining import Companion
from models.meeting.meeting import Attendee, Meeting
from models.meeting.wish import Wish
from models.words import AttendeeResponse, MeetingStatus
from realtime.bus import MemoryBus
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.store import DatabaseStore
from resolvers.context import World
from tests.builders import MONDAY, Clock, acting, an_agent, an_organization
from tests.jobs.conftest import GRACE
from tests.models.meeting.groups import a_class, comes
from tests.providers.mail.replies import STAMPED, a_mail, an_answer
from tests.serving import serving
from web.mail import reply_routes
from web.mail.replies import LARGEST_MAIL

SECRET = b"between the relay and us, at least 32"
TEN = MONDAY + timedelta(hours=2)
IVAN = Companion(name="Ivan", email="ivan@guests.example")
Brings = Callable[..., Awaitable[int]]


@pytest.fixture
def world(db: None, keys: Keyring, clock: Clock) -> World:
    hub = Hub(MemoryBus(), DatabaseStore())
    return World(keys, Cursors(keys.key("cursors")), hub, clock=clock, public_url="https://desk.example")


@pytest.fixture
async def brings(world: World) -> AsyncIterator[Brings]:
    """The relay brings a mail; the status that it is answered with."""
    routes = reply_routes(world, secret=SECRET)
    async with serving(Starlette(routes=routes)) as site, ClientSession(site) as session:

        async def post(mail: bytes, secret: str = SECRET.decode()) -> int:
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "message/rfc822"}
            async with session.post("/mail/replies", data=BytesIO(mail), headers=headers) as answer:
                return answer.status

        yield post


@pytest.fixture
async def meeting(anna: Agent, clock: Clock) -> Meeting:
    """Grace comes to Anna, and brings Ivan along."""
    return await booked(anna, clock)


async def booked(agent: Agent, clock: Clock) -> Meeting:
    target = await find_target(Named(agent_id=agent.id), actor=Public(), now=clock())
    wish = Wish(target=target, start=TEN, guest=GRACE, companions=(IVAN,))
    return await book(wish, actor=Public(), now=clock())


async def said(meeting: Meeting) -> dict[str, AttendeeResponse]:
    return {one.name: one.response for one in await Attendee.filter(meeting_id=meeting.id)}


async def test_what_an_attendee_answers_is_kept_and_announced(brings: Brings, meeting: Meeting) -> None:
    before = await EventRow.filter(kind="MEETING_CHANGED").count()
    assert await brings(a_mail(an_answer(meeting.uid, said="TENTATIVE"))) == 204
    assert await said(meeting) == {
        "Grace Guest": AttendeeResponse.ACCEPTED,
        "Ivan": AttendeeResponse.TENTATIVE,
    }
    told = await EventRow.filter(kind="MEETING_CHANGED").order_by("-id")
    assert len(told) == before + 2
    assert {one.topic.partition(":")[0] for one in told[:2]} == {"conversation", "inbox"}


async def test_a_guest_who_declines_by_calendar_has_cancelled_nothing(brings: Brings, meeting: Meeting) -> None:
    no = an_answer(meeting.uid, address="grace@guests.example", said="DECLINED")
    assert await brings(a_mail(no, sender="grace@guests.example")) == 204
    assert (await said(meeting))["Grace Guest"] is AttendeeResponse.DECLINED
    kept = await Meeting.get(id=meeting.id)
    assert (kept.status, kept.version, kept.sequence) == (MeetingStatus.SCHEDULED, 1, 0)


async def test_an_answer_to_what_the_meeting_was_before_is_ignored(
    brings: Brings, meeting: Meeting, anna: Agent, clock: Clock
) -> None:
    later = TEN + timedelta(hours=1)
    moved = await reschedule(
        meeting.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=clock()
    )
    await brings(a_mail(an_answer(meeting.uid, sequence=0)))
    assert (await said(meeting))["Ivan"] is AttendeeResponse.NEEDS_ACTION
    await brings(a_mail(an_answer(meeting.uid, sequence=moved.sequence)))
    assert (await said(meeting))["Ivan"] is AttendeeResponse.ACCEPTED


async def test_an_older_answer_that_comes_later_is_ignored(brings: Brings, meeting: Meeting) -> None:
    await brings(a_mail(an_answer(meeting.uid, said="DECLINED", at=STAMPED)))
    await brings(a_mail(an_answer(meeting.uid, said="ACCEPTED", at=STAMPED - timedelta(minutes=1))))
    assert (await said(meeting))["Ivan"] is AttendeeResponse.DECLINED


async def test_a_stamp_of_tomorrow_does_not_outlast_the_answers_of_today(
    brings: Brings, meeting: Meeting, clock: Clock
) -> None:
    await brings(a_mail(an_answer(meeting.uid, said="DECLINED", at=STAMPED + timedelta(days=9))))
    clock.advance(minutes=5)
    await brings(a_mail(an_answer(meeting.uid, said="ACCEPTED", at=clock())))
    assert (await said(meeting))["Ivan"] is AttendeeResponse.ACCEPTED


async def test_agents_strangers_and_who_answers_for_others_are_ignored(
    brings: Brings, meeting: Meeting, anna: Agent
) -> None:
    before = await said(meeting)
    for address, sender in (
        (anna.email, anna.email),
        ("eve@guests.example", "eve@guests.example"),
        ("ivan@guests.example", "eve@guests.example"),
    ):
        answer = an_answer(meeting.uid, address=address, said="DECLINED")
        assert await brings(a_mail(answer, sender=sender)) == 204
    assert await said(meeting) == before


async def test_an_answer_to_one_meeting_is_none_to_another(
    brings: Brings, meeting: Meeting, clock: Clock
) -> None:
    other = await booked(await an_agent(await an_organization("rival"), "Eve"), clock)
    await brings(a_mail(an_answer(other.uid, said="DECLINED")))
    await brings(a_mail(an_answer("unheard-of", said="DECLINED")))
    assert (await said(meeting))["Ivan"] is AttendeeResponse.NEEDS_ACTION
    assert (await said(other))["Ivan"] is AttendeeResponse.DECLINED


async def test_what_is_cancelled_or_over_takes_no_answers(
    brings: Brings, meeting: Meeting, anna: Agent, clock: Clock
) -> None:
    gone = await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
    await brings(a_mail(an_answer(meeting.uid, sequence=gone.sequence)))
    other = await booked(anna, clock)
    clock.advance(hours=9)
    await brings(a_mail(an_answer(other.uid)))
    for one in (meeting, other):
        assert (await said(one))["Ivan"] is AttendeeResponse.NEEDS_ACTION


async def test_in_a_class_who_comes_besides_makes_no_answer_an_old_one(
    brings: Brings, anna: Agent, clock: Clock
) -> None:
    target = await a_class(anna)
    yoga = await comes(target, "Grace", brings=("Ivan",))
    await comes(target, "Heidi", brings=("Judy",))
    await brings(a_mail(an_answer(yoga.uid, said="DECLINED", sequence=0)))
    assert (await said(yoga))["Ivan"] is AttendeeResponse.DECLINED
    later = yoga.start + timedelta(hours=1)
    await reschedule(yoga.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=clock())
    await brings(a_mail(an_answer(yoga.uid, said="ACCEPTED", sequence=1)))
    assert (await said(yoga))["Ivan"] is AttendeeResponse.DECLINED


@pytest.mark.parametrize("mail", [b"", b"Hello", b"\x00\xff" * 100, a_mail("no calendar")])
async def test_what_is_no_answer_has_arrived_all_the_same(brings: Brings, mail: bytes) -> None:
    assert await brings(mail) == 204


async def test_only_the_relay_brings_mails(brings: Brings, meeting: Meeting) -> None:
    mail = a_mail(an_answer(meeting.uid))
    for secret in ("", "wrong", SECRET.decode() + "x"):
        assert await brings(mail, secret) == 401
    assert (await said(meeting))["Ivan"] is AttendeeResponse.NEEDS_ACTION


async def test_a_mail_of_more_than_a_megabyte_is_refused(brings: Brings) -> None:
    assert await brings(b"x" * (LARGEST_MAIL + 1)) == 413


def test_without_a_secret_there_is_no_such_address(world: World) -> None:
    assert reply_routes(world, secret=None) == []
