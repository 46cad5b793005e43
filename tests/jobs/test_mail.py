"""Who is told of a meeting's changes by mail, and that everyone is told once."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from structlog.testing import capture_logs

from errors import SlotTaken
from jobs.mail import deliver, tell_of_change
from models.actor import Public
from models.agent.agent import Agent
from models.contact.details import GuestDetails
from models.letter.sent import SentLetter
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.deciding import confirm
from models.meeting.history import record, snapshot
from models.meeting.meeting import Attendee, Meeting, MeetingChange
from models.meeting.reassigning import reassign
from models.transactions import transaction
from models.words import MeetingChangeKind, MeetingStatus
from providers.mail.fake import FakeMailer
from providers.mail.letter import Letter
from tests.builders import MONDAY, Clock, acting, an_agent, guest_of
from tests.jobs.conftest import GRACE, Jobs, books

TEN = MONDAY + timedelta(hours=2)
GUEST = "grace@guests.example"
MAIL = ("mail.tell_of_change", "mail.deliver")
ANNA = "anna@acme.example"


def event_of(letter: Letter) -> tuple[str, Any]:
    """The method and the one event of the letter's calendar file."""
    assert letter.calendar is not None
    calendar = Calendar.from_ical(letter.calendar.content)
    [event] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


@pytest.fixture
async def meeting(anna: Agent, jobs: Jobs, clock: Clock) -> Meeting:
    return await books(anna, TEN, now=clock())


async def test_a_booking_is_told_to_its_guest_and_its_agent_and_nobody_else(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer
) -> None:
    organization = await meeting.organization
    await an_agent(organization, "Ben")
    await Attendee.create(organization=organization, meeting=meeting, name="Tag", email="along@guests.example")
    await jobs.run()
    assert sorted(letter.to.address for letter in mailer.outbox) == [ANNA, GUEST]


async def test_the_letters_hold_a_request_for_the_calendar(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer
) -> None:
    await jobs.run()
    for letter in mailer.outbox:
        method, event = event_of(letter)
        assert (method, event["SEQUENCE"]) == ("REQUEST", 0)
        assert (event.start, event.end) == (meeting.start, meeting.end)


async def test_only_the_guest_gets_the_manage_link(meeting: Meeting, jobs: Jobs, mailer: FakeMailer) -> None:
    await jobs.run()
    [to_guest], [to_anna] = mailer.sent_to(GUEST), mailer.sent_to(ANNA)
    assert "https://desk.example/meeting#guest_" in to_guest.text
    assert b"guest_" not in to_anna.to_bytes()


async def test_a_moved_meeting_is_the_same_entry_with_a_higher_sequence(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await jobs.run()
    actor = await guest_of(meeting)
    later = TEN + timedelta(hours=1)
    await reschedule(meeting.id, Change(), start=later, duration_minutes=None, actor=actor, now=clock())
    await jobs.run()
    for address in (GUEST, ANNA):
        booked, moved = map(event_of, mailer.sent_to(address))
        assert moved[0] == "REQUEST"
        assert moved[1]["UID"] == booked[1]["UID"]
        assert moved[1]["SEQUENCE"] > booked[1]["SEQUENCE"]
        assert moved[1].start == later


async def test_a_cancelled_meeting_is_called_off(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await jobs.run()
    await cancel(meeting.id, Change(reason="Ill in bed"), actor=acting(anna), now=clock())
    await jobs.run()
    for address in (GUEST, ANNA):
        letter = mailer.sent_to(address)[1]
        method, event = event_of(letter)
        assert (method, event["STATUS"]) == ("CANCEL", "CANCELLED")
        assert "Ill in bed" in letter.text


async def test_a_late_letter_tells_of_its_own_change_and_not_of_later_ones(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await reschedule(
        meeting.id,
        Change(),
        start=TEN + timedelta(hours=1),
        duration_minutes=None,
        actor=acting(anna),
        now=clock(),
    )
    await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
    await jobs.run()
    told = [event_of(letter) for letter in mailer.sent_to(GUEST)]
    assert [(method, event["SEQUENCE"], event.start) for method, event in told] == [
        ("REQUEST", 0, TEN),
        ("REQUEST", 1, TEN + timedelta(hours=1)),
        ("CANCEL", 2, TEN + timedelta(hours=1)),
    ]


async def test_a_late_letter_goes_to_who_had_the_meeting_then(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    await reassign(meeting.id, ben.id, Change(), actor=acting(anna), now=clock())
    await jobs.run()
    assert [event_of(letter)[0] for letter in mailer.sent_to(ANNA)] == ["REQUEST", "CANCEL"]
    assert [event_of(letter)[0] for letter in mailer.sent_to(ben.email)] == ["REQUEST"]


async def test_jobs_that_run_twice_send_once(meeting: Meeting, jobs: Jobs, mailer: FakeMailer) -> None:
    await jobs.run()
    change = await MeetingChange.get(meeting_id=meeting.id)
    await tell_of_change.defer_async(change_id=change.id)
    await deliver.defer_async(change_id=change.id, audience="guest", agent_id=None)
    await jobs.run()
    assert len(mailer.outbox) == 2
    assert await SentLetter.all().count() == 2


async def test_a_guest_without_an_address_gets_no_letter_and_the_agent_does(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    organization = await anna.organization
    organization.stored_settings = {"required_contact_fields": ["PHONE"]}
    await organization.save()
    caller = GuestDetails(name="Carl", email=None, phone="+390612345678", locale=None, time_zone="Europe/Rome")
    await books(anna, TEN, now=clock(), guest=caller)
    await jobs.run()
    assert [letter.to.address for letter in mailer.outbox] == [ANNA]


async def test_while_the_mail_server_is_down_letters_wait_and_are_then_sent_once(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer
) -> None:
    mailer.is_down = True
    await jobs.run()
    waiting = await jobs.waiting("mail.deliver")
    assert len(waiting) == 2
    assert all(job["attempts"] == 1 and job["scheduled_at"] is not None for job in waiting)
    mailer.is_down = False
    await jobs.run()
    assert mailer.outbox == []
    await jobs.hurry()
    assert sorted(letter.to.address for letter in mailer.outbox) == [ANNA, GUEST]


async def test_news_does_not_overtake_older_news_that_still_waits(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    mailer.is_down = True
    await jobs.run()
    mailer.is_down = False
    await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
    await jobs.run()
    assert mailer.outbox == []
    await jobs.hurry()
    assert [event_of(letter)[0] for letter in mailer.sent_to(GUEST)] == ["REQUEST", "CANCEL"]


async def test_after_a_day_a_letter_is_given_up(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    mailer.is_down = True
    await jobs.run()
    clock.advance(hours=24)
    await jobs.hurry()
    assert await jobs.waiting(*MAIL) == []
    assert mailer.outbox == []


async def test_a_rejected_letter_is_not_tried_again_and_the_log_does_not_say_whose_it_was(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer
) -> None:
    mailer.rejected_addresses.add(GUEST)
    with capture_logs() as log:
        await jobs.run()
    assert await jobs.waiting(*MAIL) == []
    assert await jobs.failed() == []
    assert [letter.to.address for letter in mailer.outbox] == [ANNA]
    assert [line["event"] for line in log] == ["letter.rejected"]
    assert GUEST not in repr(log)


async def test_what_providers_say_of_people_does_not_come_into_the_log(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="procrastinate")
    mailer.is_down = True
    mailer.rejected_addresses.add(GUEST)
    await jobs.run()
    assert "mail.deliver" in caplog.text
    assert not any(word in caplog.text for word in (GUEST, ANNA, "Grace", "the fake mail server"))


async def test_a_refused_booking_queues_no_job(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await jobs.run()
    with pytest.raises(SlotTaken):
        await books(anna, TEN, now=clock(), guest=GRACE)
    assert await jobs.waiting(*MAIL) == []


async def test_a_change_that_is_gone_is_told_to_nobody(jobs: Jobs, mailer: FakeMailer) -> None:
    await tell_of_change.defer_async(change_id=4711)
    await deliver.defer_async(change_id=4711, audience="guest", agent_id=None)
    await jobs.run()
    assert (mailer.outbox, await jobs.failed()) == ([], [])


async def test_a_meeting_that_is_given_away_is_new_to_one_agent_and_gone_for_the_other(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    ben = await an_agent(await meeting.organization, "Ben")
    await jobs.run()
    await reassign(meeting.id, ben.id, Change(reason="Ill in bed"), actor=acting(anna), now=clock())
    await jobs.run()
    [to_ben], [_, to_anna], [_, to_guest] = map(mailer.sent_to, ("ben@acme.example", ANNA, GUEST))
    assert [event_of(letter)[0] for letter in (to_ben, to_anna, to_guest)] == ["REQUEST", "CANCEL", "REQUEST"]
    assert "You have a new meeting with Grace" in to_ben.text
    assert "Ben will hold the meeting with Grace" in to_anna.text
    assert "Your meeting will be held by Ben" in to_guest.text


async def to_be_confirmed(anna: Agent, clock: Clock) -> Meeting:
    organization = await anna.organization
    organization.stored_settings = {"guest_must_confirm": True}
    await organization.save()
    return await books(anna, TEN, now=clock())


async def test_who_has_confirmed_already_is_not_asked_to(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    meeting = await to_be_confirmed(anna, clock)
    await confirm(meeting.id, Change(), actor=await guest_of(meeting), now=clock())
    await jobs.run()
    assert [letter.subject.partition(":")[0] for letter in mailer.sent_to(GUEST)] == ["Booked"]


async def test_nobody_is_asked_to_confirm_what_has_expired(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    meeting = await to_be_confirmed(anna, clock)
    assert meeting.expires_at is not None
    clock.now = meeting.expires_at
    await jobs.run()
    assert [letter for letter in mailer.outbox if event_of(letter)[0] == "REQUEST"] == []


async def test_until_the_guest_has_confirmed_nobody_else_hears_of_it(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await to_be_confirmed(anna, clock)
    await jobs.run()
    [letter] = mailer.outbox
    assert (letter.to.address, event_of(letter)[1]["STATUS"]) == (GUEST, "TENTATIVE")
    assert "https://desk.example/meeting/confirm#guest_" in letter.text
    assert "before Monday 1 March 2027, 08:00 (Europe/London, UTC+00:00)" in letter.text


@pytest.mark.parametrize("kind", [MeetingChangeKind.EXPIRED, MeetingChangeKind.CANCELLED])
async def test_what_was_never_confirmed_ends_for_the_guest_alone(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock, kind: MeetingChangeKind
) -> None:
    meeting = await books(anna, TEN, now=clock())
    before = {**snapshot(meeting), "status": MeetingStatus.AWAITING_GUEST.value}
    after = {**snapshot(meeting), "status": kind.value}
    await Meeting.filter(id=meeting.id).update(status=MeetingStatus(kind.value))
    await MeetingChange.filter(meeting_id=meeting.id).update(kind=kind, before=before, after=after)
    await jobs.run()
    [letter] = mailer.outbox
    assert (letter.to.address, event_of(letter)[0]) == (GUEST, "CANCEL")


@pytest.mark.parametrize(
    ("kind", "status", "to_guest", "to_anna"),
    [
        (MeetingChangeKind.CONFIRMED, MeetingStatus.SCHEDULED, "Booked", "New meeting"),
        (MeetingChangeKind.CONFIRMED, MeetingStatus.REQUESTED, "Requested", "Requested"),
        (MeetingChangeKind.ACCEPTED, MeetingStatus.SCHEDULED, "Confirmed", "Accepted"),
        (MeetingChangeKind.DECLINED, MeetingStatus.DECLINED, "Declined", "Declined"),
        (MeetingChangeKind.EXPIRED, MeetingStatus.EXPIRED, "Not confirmed", "Expired"),
    ],
)
async def test_what_is_decided_is_told_to_both(
    anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock,
    kind: MeetingChangeKind, status: MeetingStatus, to_guest: str, to_anna: str,
) -> None:  # fmt: skip
    meeting = await books(anna, TEN, now=clock())
    waited = "AWAITING_GUEST" if kind is MeetingChangeKind.CONFIRMED else "REQUESTED"
    before, after = ({**snapshot(meeting), "status": one} for one in (waited, status.value))
    await Meeting.filter(id=meeting.id).update(status=status)
    await MeetingChange.filter(meeting_id=meeting.id).update(kind=kind, before=before, after=after)
    await jobs.run()
    for address, said in ((GUEST, to_guest), (ANNA, to_anna)):
        [letter] = mailer.sent_to(address)
        assert letter.subject.partition(":")[0] == said


async def test_agents_are_told_how_to_join_the_call_and_guests_once_it_is_open(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await Meeting.filter(id=meeting.id).update(join_url="https://meet.example/call")
    await jobs.run()
    [to_guest], [to_anna] = mailer.sent_to(GUEST), mailer.sent_to(ANNA)
    assert "https://meet.example/call" in to_anna.text
    assert b"meet.example" not in to_guest.to_bytes()
    clock.now = TEN - timedelta(minutes=15)
    await cancel(meeting.id, Change(), actor=acting(anna), now=clock())
    await MeetingChange.filter(kind=MeetingChangeKind.CANCELLED).update(kind=MeetingChangeKind.ACCEPTED)
    await jobs.run()
    assert "https://meet.example/call" in mailer.sent_to(GUEST)[-1].text


async def test_two_reminders_of_one_meeting_are_two_letters_to_each(
    meeting: Meeting, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await jobs.run()
    mailer.outbox.clear()
    for _ in range(2):
        async with transaction() as tx:
            await record(
                tx, meeting, MeetingChangeKind.REMINDED, actor=Public(), before=None, reason=None, now=clock()
            )
    await jobs.run()
    assert sorted(letter.to.address for letter in mailer.outbox) == [ANNA, ANNA, GUEST, GUEST]
    assert {letter.subject.partition(":")[0] for letter in mailer.outbox} == {"Reminder"}


async def test_nobody_is_reminded_late_of_what_has_moved(
    meeting: Meeting, anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    await jobs.run()
    mailer.outbox.clear()
    async with transaction() as tx:
        await record(
            tx, meeting, MeetingChangeKind.REMINDED, actor=Public(), before=None, reason=None, now=clock()
        )
    later = TEN + timedelta(hours=1)
    await reschedule(meeting.id, Change(), start=later, duration_minutes=None, actor=acting(anna), now=clock())
    await jobs.run()
    assert {letter.subject.partition(":")[0] for letter in mailer.outbox} == {"New time"}


async def test_each_reads_their_own_language(anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock) -> None:
    anna.languages = ["pl", "fr-CH"]
    await anna.save()
    meeting = await books(anna, TEN, now=clock())
    await Meeting.filter(id=meeting.id).update(language="it-IT")
    await jobs.run()
    assert "il Suo appuntamento con Anna" in mailer.sent_to(GUEST)[0].text
    assert "Vous avez un nouveau rendez-vous" in mailer.sent_to(ANNA)[0].text


async def test_a_request_is_told_as_one(anna: Agent, jobs: Jobs, mailer: FakeMailer, clock: Clock) -> None:
    meeting = await books(anna, TEN, now=clock())
    await MeetingChange.filter(meeting_id=meeting.id).update(
        after={**snapshot(meeting), "status": MeetingStatus.REQUESTED.value}
    )
    await jobs.run()
    for address, said in ((GUEST, "still to be accepted"), (ANNA, "asks for a meeting with you")):
        [letter] = mailer.sent_to(address)
        assert said in letter.text
        assert event_of(letter)[1]["STATUS"] == "TENTATIVE"
