"""What those hear by mail whom the guest of an ordinary meeting brings along: nothing before it is to take place."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from errors import Invalid
from models.actor import Actor, Public, SignedInGuest
from models.agent.agent import Agent
from models.availability.target import Target
from models.keyring import Keyring
from models.letter.calendar_file import calendar_file
from models.letter.facts import Links
from models.meeting.answering import Reply, respond, take_reply
from models.meeting.booking import book
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.joining import Companion
from models.meeting.meeting import Attendee, Meeting
from models.meeting.reassigning import reassign
from models.meeting.reminding import remind
from models.meeting.wish import Wish, checked
from models.words import AttendeeResponse
from providers.mail.fake import FakeMailer
from tests.builders import MONDAY, Clock, acting, an_agent, guest_of
from tests.jobs.conftest import Jobs
from tests.jobs.test_group_mail import everything, heard
from tests.jobs.test_mail import event_of
from tests.models.meeting.groups import guest
from tests.models.meeting.life import (
    accepts,
    confirms,
    declines,
    expire_due,
    guest_cancels,
    guest_moves,
    guests_confirm,
    to_be_accepted,
)
from tests.models.meeting.teams import target_of

TEN = MONDAY + timedelta(hours=2)
ELEVEN = TEN + timedelta(hours=1)
GRACE, TOM, ANNA = "grace@guests.example", "tom@guests.example", "anna@acme.example"
TOM_COMES = Companion(name="Tom", email=TOM)


async def books(
    target: Target, *companions: Companion, by: Actor | None = None, title: str | None = None
) -> Meeting:
    brings = companions or (TOM_COMES,)
    wish = Wish(
        target=target, start=TEN, guest=guest("Grace"), companions=brings, title=title, notes="I owe 40,000."
    )
    return await book(wish, actor=by or Public(), now=MONDAY)


def to_tom(letters: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """What his calendar is to do, and what the letter is about."""
    return [(method, about) for address, method, about in letters if address == TOM]


@pytest.fixture
async def meeting(anna: Agent, jobs: Jobs) -> Meeting:
    return await books(await target_of(anna))


async def test_a_booking_invites_them_and_the_calendars_of_all_list_all(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer
) -> None:
    assert await heard(jobs, mailer) == [
        (ANNA, "REQUEST", "New meeting"),
        (GRACE, "REQUEST", "Booked"),
        (TOM, "REQUEST", "Invitation"),
    ]
    for letter in mailer.outbox:
        asked = {str(one): one.params["RSVP"] for one in event_of(letter)[1]["ATTENDEE"]}
        mine = f"mailto:{letter.to.address}"
        assert asked == {f"mailto:{one}": "FALSE" for one in (GRACE, TOM, ANNA)} | {mine: "TRUE"}


async def test_what_becomes_of_the_meeting_they_are_told(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await jobs.run()
    await reschedule(meeting.id, Change(), start=ELEVEN, duration_minutes=None, actor=acting(anna), now=MONDAY)
    assert to_tom(await heard(jobs, mailer)) == [("REQUEST", "New time")]
    ben = await an_agent(await anna.organization, "Ben")
    await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=MONDAY)
    assert to_tom(await heard(jobs, mailer)) == [("REQUEST", "With Ben")]
    await cancel(meeting.id, Change(reason="No heating"), actor=acting(ben), now=MONDAY)
    assert to_tom(await heard(jobs, mailer)) == [("CANCEL", "Cancelled")]
    assert "No heating" in mailer.sent_to(TOM)[0].text


async def test_they_are_reminded(meeting: Meeting, jobs: Jobs, mailer: FakeMailer, clock: Clock) -> None:
    await jobs.run()
    clock.now = TEN - timedelta(minutes=55)
    assert await remind(meeting.id, now=clock())
    assert to_tom(await heard(jobs, mailer)) == [("REQUEST", "Reminder")]


async def test_before_the_guest_has_confirmed_they_hear_nothing(
    anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    await guests_confirm(anna)
    meeting = await books(await target_of(anna))
    await guest_moves(meeting, ELEVEN)
    assert to_tom(await heard(jobs, mailer)) == []
    await confirms(meeting)
    assert to_tom(await heard(jobs, mailer)) == [("REQUEST", "Invitation")]
    assert event_of(mailer.sent_to(TOM)[0])[1].start == ELEVEN


async def test_of_what_was_never_confirmed_they_do_not_hear_either_that_it_ends(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await guests_confirm(anna)
    await books(await target_of(anna))
    clock.advance(minutes=30)
    await expire_due(now=clock())
    assert [address for address, _, _ in await heard(jobs, mailer)] == [GRACE]


@pytest.mark.parametrize("deed", ["declines", "cancels"])
async def test_of_what_was_never_accepted_they_hear_nothing(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, deed: str
) -> None:
    meeting = await books(await to_be_accepted(anna))
    await (declines(meeting, anna) if deed == "declines" else guest_cancels(meeting))
    await jobs.run()
    assert (mailer.sent_to(TOM), len(mailer.sent_to(GRACE))) == ([], 2)


async def test_what_is_accepted_is_their_invitation_and_then_they_hear_everything(
    anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    meeting = await books(await to_be_accepted(anna))
    await accepts(meeting, anna)
    assert to_tom(await heard(jobs, mailer)) == [("REQUEST", "Invitation")]
    await guest_moves(meeting, ELEVEN)
    assert to_tom(await heard(jobs, mailer)) == [("REQUEST", "New time")]
    assert event_of(mailer.sent_to(TOM)[0])[1]["STATUS"] == "TENTATIVE"
    await declines(meeting, anna)
    assert to_tom(await heard(jobs, mailer)) == [("CANCEL", "Declined")]


async def test_of_the_guests_words_they_read_the_title_and_names(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    meeting = await books(await target_of(anna), title="Our loan")
    await cancel(meeting.id, Change(reason="See evil.example"), actor=await guest_of(meeting), now=clock())
    await jobs.run()
    invited, cancelled = mailer.sent_to(TOM)
    assert "Our loan" in invited.text
    assert "Grace" in invited.text
    for letter in (invited, cancelled):
        assert "40,000" not in everything(letter)
        assert "evil" not in everything(letter)
        assert "guest_" not in everything(letter)
    assert "See evil" in mailer.sent_to(ANNA)[1].text


async def test_they_answer_by_a_link_of_their_own_and_open_the_calendar_file_by_another(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer, keys: Keyring, clock: Clock
) -> None:
    await jobs.run()
    [letter] = mailer.sent_to(TOM)
    [token] = set(re.findall(r"answer_[\w-]+", letter.text))
    place = await respond(token, AttendeeResponse.DECLINED, keys=keys, now=clock())
    assert (place.name, place.response) == ("Tom", AttendeeResponse.DECLINED)
    assert "answer_" not in "".join(everything(one) for one in mailer.outbox if one.to.address != TOM)
    [file] = set(re.findall(r"/meetings/([\w-]+)\.ics", letter.text))
    links = Links(keys, "https://desk.example")
    content = await calendar_file(file, links=links)
    assert content is not None
    assert b"I owe" not in content
    await Attendee.filter(name="Tom").update(left_at=clock())
    assert await calendar_file(file, links=links) is None


async def test_a_calendar_that_answers_an_entry_that_has_not_moved_since_is_heard(
    meeting: Meeting, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=MONDAY)
    reply = Reply(meeting.uid, TOM, AttendeeResponse.ACCEPTED, sequence=0, at=clock())
    assert await take_reply(reply, now=clock())
    await guest_moves(meeting, ELEVEN)
    assert not await take_reply(reply, now=clock())


async def test_no_address_is_written_to_twice_nor_the_guests_own(
    anna: Agent, jobs: Jobs, mailer: FakeMailer
) -> None:
    twice = (TOM_COMES, Companion(name="Thomas", email=TOM), Companion(name="Me", email=GRACE))
    await books(await target_of(anna), *twice)
    assert [address for address, _, _ in await heard(jobs, mailer)] == [ANNA, GRACE, TOM]


async def test_who_has_not_signed_in_names_ten_and_others_fifty(anna: Agent) -> None:
    def many(number: int) -> Wish:
        brings = tuple(Companion(name=f"N{n}", email=f"n{n}@guests.example") for n in range(number))
        return Wish(target=target, start=TEN, guest=guest("Grace"), companions=brings)

    target = await target_of(anna)
    meeting = await book(many(10), actor=Public(), now=MONDAY)
    holder = await guest_of(meeting)
    for stranger in (Public(), holder):
        with pytest.raises(Invalid) as refused:
            checked(many(11), actor=stranger)
        assert refused.value.field == ("attendees",)
    known = SignedInGuest(
        contact=holder.contact,
        meeting_id=0,
        conversation_id=0,
        session_id=1,
        email=GRACE,
        all_ids=frozenset({holder.contact.id}),
        expires_at=MONDAY + timedelta(hours=1),
    )
    for one in (acting(anna), known):
        assert len(checked(many(50), actor=one).companions) == 50
        with pytest.raises(Invalid):
            checked(many(51), actor=one)
