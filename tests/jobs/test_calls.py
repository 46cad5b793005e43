"""The calls of meetings: made after booking where the organization wants it, moved and dropped with their meetings,
once each, whatever the provider and the workers do."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from errors import AlreadyDecided, NotAllowed, NotFound, ProviderDisconnected, Refused
from jobs.calls import LEAST_PATIENCE, follow
from models.agent.agent import Agent
from models.call.asking import ask_for_call
from models.call.call import Call
from models.call.carrying import begin, keep
from models.call.connecting import disconnect_provider
from models.call.connection import MeetingProviderConnection
from models.conversation.message import Message
from models.event import EventRow
from models.keyring import Keyring
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.meeting import Meeting, MeetingChange
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.subject import Subject
from models.words import ConnectionStatus, MeetingProvider, MeetingType, Role
from providers.mail.fake import FakeMailer
from realtime.events import Audience, EventKind
from tests.builders import MONDAY, Clock, a_service, acting, an_agent, an_organization
from tests.jobs.calling import CREATED, FAILED, NOTHING, SERVER, a_provider, automate, call_of, news
from tests.jobs.conftest import Desk, Jobs, books
from tests.models.meeting.groups import a_class, comes
from tests.resolvers.statements import statements

NINE = MONDAY + timedelta(hours=1)
TOMORROW = NINE + timedelta(days=1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
async def provider(organization: Organization) -> MeetingProviderConnection:
    return await a_provider(organization)


@pytest.fixture
async def automatic(anna: Agent, provider: MeetingProviderConnection) -> None:
    await automate(anna, has_password=True)


@pytest.fixture
async def meeting(automatic: None, anna: Agent, jobs: Jobs, clock: Clock) -> Meeting:
    """Tomorrow at nine; its job has not run yet."""
    return await books(anna, TOMORROW, now=clock())


async def move(meeting: Meeting, agent: Agent, *, by: timedelta, now: Clock) -> None:
    moved = await Meeting.get(id=meeting.id)
    await reschedule(
        meeting.id, Change(), start=moved.start + by, duration_minutes=None, actor=acting(agent), now=now()
    )


async def call_off(meeting: Meeting, agent: Agent, now: Clock) -> None:
    await cancel(meeting.id, Change(), actor=acting(agent), now=now())


async def ask(meeting: Meeting, agent: Agent, now: Clock) -> Meeting | Refused:
    try:
        return await ask_for_call(meeting.id, Change(), actor=acting(agent), now=now())
    except Refused as refused:
        return refused


async def test_a_video_meeting_gets_its_call_by_a_job(meeting: Meeting, jobs: Jobs, desk: Desk) -> None:
    assert await call_of(meeting) == ("PENDING", None, None, None)
    assert desk.calls.asked == []
    await jobs.run()
    [(id, wish)] = desk.calls.calls.items()
    assert (wish.start, wish.end, wish.title, wish.has_password) == (
        TOMORROW,
        TOMORROW + HOUR / 2,
        meeting.title,
        True,
    )
    state, url, password, dial_in = await call_of(meeting)
    assert (state, password, dial_in) == ("DONE", f"secret-of-{id[-4:]}", "+39 06 555 0100")
    assert url is not None
    assert url.startswith(f"https://calls.example/{id}")
    assert desk.opened == [(MeetingProvider.JITSI, SERVER, None)]


async def test_that_it_has_its_call_is_a_change_that_everyone_is_told_of(
    meeting: Meeting, jobs: Jobs, anna: Agent
) -> None:
    await jobs.run()
    change = await MeetingChange.get(kind=CREATED)
    assert (change.actor_agent_id, change.actor_contact_id) == (None, None)
    last = await Message.filter(conversation_id=meeting.conversation_id).order_by("-seq").first()
    assert last is not None
    assert (last.text, last.meeting_id) == ("The call of the meeting is set up.", meeting.id)
    told = await EventRow.filter(kind=EventKind.MEETING_CHANGED, audience=Audience.EVERYONE).order_by("-seq")
    assert told[0].ids == {"meeting": meeting.id, "change": change.id}
    assert (await Meeting.get(id=meeting.id)).sequence == 1


async def test_a_job_that_runs_again_does_nothing_more(
    meeting: Meeting, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    await jobs.run()
    for _ in range(2):
        await follow(meeting_id=meeting.id, asked_at=clock().isoformat())
    assert (desk.calls.asked, await news(meeting)) == (["make"], [CREATED.value])


async def test_two_workers_at_the_same_job_make_one_call(
    meeting: Meeting, desk: Desk, clock: Clock, jobs: Jobs
) -> None:
    await asyncio.gather(*(follow(meeting_id=meeting.id, asked_at=clock().isoformat()) for _ in range(6)))
    assert (len(desk.calls.calls), await news(meeting)) == (1, [CREATED.value])
    assert await Call.all().count() == 1


async def test_a_call_whose_making_was_not_answered_is_not_made_again(
    meeting: Meeting, jobs: Jobs, desk: Desk
) -> None:
    desk.calls.lose_answers()
    await jobs.run()
    assert (len(desk.calls.calls), await news(meeting)) == (1, [])
    desk.calls.recover()
    await jobs.hurry()
    assert (len(desk.calls.calls), await news(meeting)) == (1, [CREATED.value])


async def test_a_provider_that_is_down_is_asked_again_when_it_wants(
    meeting: Meeting, jobs: Jobs, desk: Desk
) -> None:
    desk.calls.go_down(retry_after_seconds=7_200)
    await jobs.run()
    [waiting] = await jobs.waiting("calls.follow")
    assert waiting["scheduled_at"] is not None
    assert await call_of(meeting) == ("PENDING", None, None, None)
    desk.calls.recover()
    await jobs.hurry()
    assert (await call_of(meeting))[0] == "DONE"
    assert await jobs.failed() == []


async def test_a_provider_that_stays_down_is_given_up_when_the_meeting_begins(
    automatic: None, anna: Agent, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    meeting = await books(anna, NINE, now=clock())
    desk.calls.go_down()
    await jobs.run()
    clock.now = NINE - MINUTE
    await jobs.hurry()
    assert await news(meeting) == []
    clock.now = NINE
    await jobs.hurry()
    assert (await call_of(meeting), await news(meeting)) == (("FAILED", None, None, None), [FAILED.value])
    assert await jobs.waiting("calls.follow") == []


async def test_what_is_booked_for_a_day_that_is_far_is_given_up_after_a_day(
    automatic: None, anna: Agent, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    meeting = await books(anna, NINE + timedelta(days=4), now=clock())
    desk.calls.go_down()
    await jobs.run()
    clock.advance(hours=24)
    await jobs.hurry()
    assert await news(meeting) == [FAILED.value]


async def test_a_call_that_is_asked_for_in_the_meeting_is_tried_for_ten_minutes(
    anna: Agent, provider: MeetingProviderConnection, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    meeting = await books(anna, NINE, now=clock())
    clock.now = NINE + MINUTE
    await ask(meeting, anna, clock)
    desk.calls.go_down()
    await jobs.run()
    assert await news(meeting) == []
    clock.advance(seconds=LEAST_PATIENCE.total_seconds())
    await jobs.hurry()
    assert await news(meeting) == [FAILED.value]


async def test_a_provider_that_refuses_is_not_asked_again_and_agents_alone_hear_of_it(
    meeting: Meeting, jobs: Jobs, desk: Desk, mailer: FakeMailer
) -> None:
    said = await Message.filter(conversation_id=meeting.conversation_id).count()
    desk.calls.reject("No licence is left.")
    await jobs.run()
    assert await call_of(meeting) == ("FAILED", None, None, None)
    change = await MeetingChange.get(kind=FAILED)
    assert change.reason == "No licence is left."
    told = await EventRow.filter(ids__contains={"change": change.id})
    assert {one.audience for one in told} == {Audience.AGENTS}
    assert await Message.filter(conversation_id=meeting.conversation_id).count() == said
    await jobs.hurry()
    assert (desk.calls.asked, await news(meeting)) == (["make"], [FAILED.value])


async def test_an_agent_asks_again_for_a_call_that_failed(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    desk.calls.reject()
    await jobs.run()
    desk.calls.recover()
    assert isinstance(await ask(meeting, anna, clock), Meeting)
    await jobs.run()
    assert ((await call_of(meeting))[0], await news(meeting)) == ("DONE", [FAILED.value, CREATED.value])


async def test_a_call_moves_with_its_meeting_and_is_told_of_anew_where_it_is_joined_otherwise(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    await jobs.run()
    _, before, *_ = await call_of(meeting)
    await move(meeting, anna, by=HOUR, now=clock)
    await jobs.run()
    [wish] = desk.calls.calls.values()
    assert (wish.start, desk.calls.asked) == (TOMORROW + HOUR, ["make", "move"])
    state, after, *_ = await call_of(meeting)
    assert (state, after != before, await news(meeting)) == ("DONE", True, [CREATED.value] * 2)


async def test_a_meeting_that_moves_before_its_call_is_made_gets_one_for_its_new_time(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    await move(meeting, anna, by=HOUR, now=clock)
    await jobs.run()
    [wish] = desk.calls.calls.values()
    assert (wish.start, desk.calls.asked) == (TOMORROW + HOUR, ["make"])


async def test_a_call_that_cannot_be_moved_can_still_be_joined_and_agents_are_told(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    await jobs.run()
    _, url, *_ = await call_of(meeting)
    desk.calls.reject()
    await move(meeting, anna, by=HOUR, now=clock)
    await jobs.run()
    state, still, *_ = await call_of(meeting)
    assert (state, still, await news(meeting)) == ("FAILED", url, [CREATED.value, FAILED.value])
    desk.calls.recover()
    await move(meeting, anna, by=HOUR, now=clock)
    await jobs.run()
    assert await news(meeting) == [CREATED.value, FAILED.value, CREATED.value]
    assert (await call_of(meeting))[0] == "DONE"


async def test_a_cancelled_meetings_call_is_dropped(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    await jobs.run()
    await call_off(meeting, anna, clock)
    await jobs.run()
    assert (desk.calls.calls, await call_of(meeting), await Call.all().count()) == ({}, NOTHING, 0)


async def test_a_meeting_that_is_cancelled_before_its_call_is_made_gets_none(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    await call_off(meeting, anna, clock)
    await jobs.run()
    assert (desk.calls.asked, await call_of(meeting), await news(meeting)) == ([], NOTHING, [])


async def test_a_call_that_was_being_made_as_its_meeting_was_cancelled_is_dropped(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    errand = await begin(meeting.id, now=clock())
    assert errand is not None
    made = await desk.calls.make(errand.wish)
    await call_off(meeting, anna, clock)
    assert await keep(errand, made, now=clock())
    await jobs.run()
    assert (desk.calls.calls, await call_of(meeting), await news(meeting)) == ({}, NOTHING, [])


async def test_a_call_that_nobody_knows_of_when_it_is_made_is_to_be_dropped(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    errand = await begin(meeting.id, now=clock())
    assert errand is not None
    await call_off(meeting, anna, clock)
    await jobs.run()
    assert not await keep(errand, await desk.calls.make(errand.wish), now=clock())


async def test_a_provider_that_cannot_drop_a_call_holds_nobody_up(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    await jobs.run()
    desk.calls.reject()
    await call_off(meeting, anna, clock)
    await jobs.run()
    assert (await call_of(meeting), await news(meeting)) == (NOTHING, [CREATED.value])


async def test_other_meetings_get_none(
    anna: Agent, automatic: None, jobs: Jobs, clock: Clock, desk: Desk
) -> None:
    subject = await Subject.create(organization_id=anna.organization_id, name="Loans")
    await anna.expertise.add(subject)
    await PlanningRule.create(
        organization_id=anna.organization_id,
        subject=subject,
        meeting_type=MeetingType.PHONE,
        duration_options=[30],
        default_duration_minutes=30,
        slot_interval_minutes=30,
    )
    meeting = await books(
        anna, TOMORROW, now=clock(), named={"subject_id": subject.id, "meeting_type": MeetingType.PHONE}
    )
    await jobs.run()
    assert (meeting.meeting_type, await call_of(meeting), desk.calls.asked) == (MeetingType.PHONE, NOTHING, [])


async def test_without_automation_a_booking_says_nothing_of_calls_and_asks_nothing_more(
    anna: Agent, provider: MeetingProviderConnection, jobs: Jobs, clock: Clock, desk: Desk
) -> None:
    await books(anna, TOMORROW, now=clock())
    with statements() as without:
        meeting = await books(anna, TOMORROW + HOUR, now=clock())
    assert await jobs.waiting("calls.follow") == []
    assert await call_of(meeting) == NOTHING
    await automate(anna)
    await books(anna, TOMORROW + 2 * HOUR, now=clock())  # reads the settings anew
    with statements() as with_it:
        await books(anna, TOMORROW + 3 * HOUR, now=clock())
    assert len(with_it) == len(without)
    assert not [one for one in (*without, *with_it) if "meeting_provider" in one or '"call"' in one]
    assert len(await jobs.waiting("calls.follow")) == 2


async def test_a_group_meeting_has_one_call_for_all(
    anna: Agent, automatic: None, jobs: Jobs, desk: Desk
) -> None:
    yoga = await a_class(anna, seats=4)
    await comes(yoga, "Grace")
    await comes(yoga, "Heidi")
    await jobs.run()
    assert len(desk.calls.calls) == 1


async def test_what_is_requested_gets_its_call_once_it_is_accepted(
    meeting: Meeting, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    await Meeting.filter(id=meeting.id).update(status="REQUESTED")
    await jobs.run()
    assert desk.calls.asked == []
    assert await call_of(meeting) == ("PENDING", None, None, None)


async def test_who_switches_it_off_before_a_call_is_made_gets_none(
    meeting: Meeting, jobs: Jobs, desk: Desk, organization: Organization
) -> None:
    await Organization.filter(id=organization.id).update(stored_settings=organization.stored_settings)
    await jobs.run()
    assert (desk.calls.asked, await call_of(meeting), await news(meeting)) == ([], NOTHING, [])


async def test_calls_that_were_made_stay_when_their_provider_is_taken_away(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, provider: MeetingProviderConnection, clock: Clock
) -> None:
    await jobs.run()
    made = await call_of(meeting)
    ada = await an_agent(await anna.organization, "Ada", role=Role.ADMINISTRATOR)
    await disconnect_provider(provider.id, actor=acting(ada), now=clock())
    organization = await Organization.get(id=anna.organization_id)
    assert not organization.settings.virtual_meetings.enabled
    await move(meeting, anna, by=HOUR, now=clock)
    await jobs.run()
    assert await call_of(meeting) == made
    await call_off(meeting, anna, clock)
    await jobs.run()
    assert await call_of(meeting) == NOTHING


async def test_calls_are_made_by_the_provider_that_is_named_or_else_by_the_default_one(
    anna: Agent, organization: Organization, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    await a_provider(organization, account="https://first.example", is_default=False)
    await a_provider(organization)
    await automate(anna)
    await books(anna, TOMORROW, now=clock())
    await jobs.run()
    await MeetingProviderConnection.filter(account=SERVER).update(provider=MeetingProvider.ZOOM)
    await automate(anna, provider="JITSI")
    await books(anna, TOMORROW + HOUR, now=clock())
    await jobs.run()
    assert [account for _, account, _ in desk.opened] == [SERVER, "https://first.example"]


async def test_without_a_provider_of_the_kind_agents_are_told_so(
    anna: Agent, provider: MeetingProviderConnection, jobs: Jobs, clock: Clock
) -> None:
    await automate(anna, provider="ZOOM")
    meeting = await books(anna, TOMORROW, now=clock())
    await jobs.run()
    assert (await call_of(meeting))[0] == "FAILED"
    assert (await MeetingChange.get(kind=FAILED)).reason == "No provider of calls is connected."


async def test_an_adapter_is_given_its_secret_and_one_that_cannot_be_read_is_disconnected(
    anna: Agent, provider: MeetingProviderConnection, keys: Keyring, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    await automate(anna)
    await MeetingProviderConnection.filter(id=provider.id).update(sealed_secret=keys.seal("a secret"))
    await books(anna, TOMORROW, now=clock())
    await jobs.run()
    assert desk.opened == [(MeetingProvider.JITSI, SERVER, "a secret")]
    elsewhere = Keyring(b"another secret, of 32 bytes too!").seal("a secret")
    await MeetingProviderConnection.filter(id=provider.id).update(sealed_secret=elsewhere)
    meeting = await books(anna, TOMORROW + HOUR, now=clock())
    await jobs.run()
    assert (len(desk.opened), await news(meeting)) == (1, [FAILED.value])
    assert (await MeetingProviderConnection.get(id=provider.id)).status is ConnectionStatus.DISCONNECTED


async def test_an_agent_of_the_meeting_has_it_get_a_call_without_the_automation(
    anna: Agent, provider: MeetingProviderConnection, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    meeting = await books(anna, TOMORROW, now=clock())
    asked = await ask(meeting, anna, clock)
    assert isinstance(asked, Meeting)
    assert isinstance(await ask(meeting, anna, clock), Meeting)  # again, it changes nothing
    await jobs.run()
    assert isinstance(await ask(meeting, anna, clock), Meeting)
    await jobs.run()
    assert ((await call_of(meeting))[0], desk.calls.asked) == ("DONE", ["make"])
    assert await news(meeting) == [CREATED.value]


async def test_of_many_who_ask_at_once_one_call_comes(
    anna: Agent, provider: MeetingProviderConnection, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    meeting = await books(anna, TOMORROW, now=clock())
    asked = await asyncio.gather(*(ask(meeting, anna, clock) for _ in range(6)))
    assert {type(one) for one in asked} == {Meeting}
    assert len(await jobs.waiting("calls.follow")) == 1
    await jobs.run()
    assert len(desk.calls.calls) == 1


async def test_who_asks_for_a_call_that_cannot_be_is_told_why(
    anna: Agent, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    meeting = await books(anna, TOMORROW, now=clock())
    assert isinstance(await ask(meeting, anna, clock), ProviderDisconnected)
    organization = await anna.organization
    await a_provider(organization)
    ben, zoe = await an_agent(organization, "Ben"), await an_agent(organization, "Zoe")
    service = await a_service(organization, anna, ben)
    await Meeting.filter(id=meeting.id).update(service_id=service.id)
    assert isinstance(await ask(meeting, ben, clock), NotAllowed)  # he sees it, and it is not his
    assert isinstance(await ask(meeting, zoe, clock), NotFound)
    clock.now = TOMORROW + HOUR / 2
    assert isinstance(await ask(meeting, anna, clock), AlreadyDecided)
    clock.now = MONDAY
    await call_off(meeting, anna, clock)
    assert isinstance(await ask(meeting, anna, clock), AlreadyDecided)
    assert await jobs.waiting("calls.follow") == []


async def test_agents_whose_role_changes_no_meetings_ask_for_none(
    anna: Agent, provider: MeetingProviderConnection, jobs: Jobs, clock: Clock, organization: Organization
) -> None:
    meeting = await books(anna, TOMORROW, now=clock())
    stored = {**organization.stored_settings, "can_edit_meetings": ["ADMINISTRATOR"]}
    await Organization.filter(id=organization.id).update(stored_settings=stored)
    assert isinstance(await ask(meeting, anna, clock), NotAllowed)
    assert await call_of(meeting) == NOTHING


async def test_another_organizations_provider_makes_none(
    anna: Agent, jobs: Jobs, desk: Desk, clock: Clock
) -> None:
    await a_provider(await an_organization("rival"))
    await automate(anna)
    meeting = await books(anna, TOMORROW, now=clock())
    await jobs.run()
    assert (desk.opened, (await call_of(meeting))[0]) == ([], "FAILED")


async def test_those_who_oversee_ask_for_a_call_too(
    anna: Agent, provider: MeetingProviderConnection, jobs: Jobs, clock: Clock
) -> None:
    sue = await an_agent(await anna.organization, "Sue", role=Role.SUPERVISOR)
    meeting = await books(anna, TOMORROW, now=clock())
    assert isinstance(await ask(meeting, sue, clock), Meeting)


async def test_a_call_that_could_not_be_moved_is_as_it_should_be_where_the_meeting_comes_back(
    meeting: Meeting, jobs: Jobs, desk: Desk, anna: Agent, clock: Clock
) -> None:
    await jobs.run()
    desk.calls.reject()
    await move(meeting, anna, by=HOUR, now=clock)
    await jobs.run()
    assert (await call_of(meeting))[0] == "FAILED"
    await move(meeting, anna, by=-HOUR, now=clock)
    await jobs.run()
    assert ((await call_of(meeting))[0], desk.calls.asked) == ("DONE", ["make", "move"])
