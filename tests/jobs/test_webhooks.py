"""Events reach webhooks: signed, in order, at least once, and no further than they are allowed to go."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from jobs.mail import tell_of_change
from jobs.recovery import recover
from jobs.tools import Tools, equip
from jobs.turns import Turns
from jobs.webhooks import tell_of_message
from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.conversation.assigning import assign
from models.conversation.closing import close
from models.conversation.posting import Draft, send_message
from models.conversation.redacting import redact
from models.desk.disposition import Disposition
from models.keyring import Keyring
from models.meeting.changing import Change, cancel, reschedule
from models.meeting.meeting import Meeting, MeetingChange
from models.organization.organization import Organization
from models.webhook.changing import create_webhook, delete_webhook, renew_secret, secret_of, update_webhook
from models.webhook.delivering import PAUSES
from models.webhook.signing import signed_headers
from models.webhook.telling import replay
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import DeliveryState, MeetingChangeKind, Role, WebhookEvent
from providers.fetching import LOOPBACK_TOO, Answered, Fetcher
from resolvers.ids import encode
from tests.builders import Clock, acting, an_agent, an_organization, guest_of
from tests.jobs.conftest import Jobs, books
from tests.jobs.receiver import Receiver, receiving
from tests.models.conversation.talks import begun, say
from tests.waiting import lock_waits, until

ROOT = Path(__file__).parents[2]
NINE = datetime(2027, 3, 1, 8, tzinfo=UTC)
TEN = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def ada(organization: Organization) -> Agent:
    return await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
async def webhook(jobs: Jobs, ada: Agent, receiver: Receiver, keys: Keyring, clock: Clock) -> Webhook:
    """It wants to be told of everything."""
    return await a_webhook(ada, receiver, keys=keys, events=list(WebhookEvent))


async def a_webhook(
    administrator: Agent, receiver: Receiver, *, keys: Keyring, events: list[WebhookEvent]
) -> Webhook:
    return await create_webhook(
        actor=acting(administrator), keys=keys, addresses=LOOPBACK_TOO, url=receiver.url, events=events
    )


async def deliveries() -> list[WebhookDelivery]:
    return await WebhookDelivery.all().order_by("id")


async def state_of(webhook: Webhook) -> Webhook:
    return await Webhook.get(id=webhook.id)


async def cancels(meeting: Meeting, clock: Clock) -> None:
    await cancel(meeting.id, Change(), actor=await guest_of(meeting), now=clock())


def test_signatures_are_those_of_the_specification() -> None:
    """The example of its reference libraries."""
    headers = signed_headers(
        b'{"test": 2432232314}',
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        now=datetime.fromtimestamp(1614265330, UTC),
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("kind", MeetingChangeKind)
def test_every_kind_of_a_meetings_changes_is_an_event(kind: MeetingChangeKind) -> None:
    assert WebhookEvent.of(kind).value == f"meeting.{kind.value.lower()}"


async def test_a_booking_is_told_signed_and_in_the_ids_of_the_api(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, keys: Keyring, clock: Clock
) -> None:
    meeting = await books(anna, NINE, now=clock())
    await jobs.run()
    [heard] = receiver.heard
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers["webhook-timestamp"] == str(int(clock().timestamp()))
    assert heard.is_signed_by(secret_of(webhook, keys=keys) or "")
    assert not heard.is_signed_by("whsec_AAAA")
    said = heard.said
    assert (said["type"], said["version"]) == ("meeting.booked", 1)
    assert said["organization"] == {"id": encode("Organization", anna.organization_id), "slug": "acme"}
    shown = said["data"]["meeting"]
    assert shown["id"] == encode("Meeting", meeting.id)
    assert (shown["status"], shown["start"]) == ("SCHEDULED", NINE.isoformat())
    assert shown["guest"]["email"] == "grace@guests.example"
    assert [agent["id"] for agent in shown["agents"]] == [encode("Agent", anna.id)]
    assert said["data"]["change"]["actor"]["type"] == "Contact"
    [delivery] = await deliveries()
    assert (delivery.state, delivery.status_code, delivery.attempts) == (DeliveryState.DONE, 204, 1)
    assert delivery.message_id == heard.id


async def test_what_is_told_of_a_change_is_as_it_was_then(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    meeting = await books(anna, NINE, now=clock())
    guest = await guest_of(meeting)
    await reschedule(meeting.id, Change(), start=TEN, duration_minutes=None, actor=guest, now=clock())
    await cancels(meeting, clock)
    await jobs.run()
    assert receiver.types == ["meeting.booked", "meeting.rescheduled", "meeting.cancelled"]
    told = [one.said["data"]["meeting"] for one in receiver.heard]
    assert [(one["start"], one["status"]) for one in told] == [
        (NINE.isoformat(), "SCHEDULED"),
        (TEN.isoformat(), "SCHEDULED"),
        (TEN.isoformat(), "CANCELLED"),
    ]
    assert len({one.id for one in receiver.heard}) == 3


async def test_what_a_guest_writes_and_who_is_given_a_conversation_is_told(
    webhook: Webhook, anna: Agent, ada: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    meeting = await books(anna, NINE, now=clock())
    conversation, guest = await meeting.conversation, await guest_of(meeting)
    await send_message(conversation, Draft(text="Hello"), actor=guest, now=clock())
    await send_message(conversation, Draft(text="Welcome"), actor=acting(anna), now=clock())
    await assign(conversation, ada, service=None, note=None, actor=acting(ada), now=clock())
    await jobs.run()
    told = {one.said["type"]: one.said["data"] for one in receiver.heard}
    assert sorted(told) == ["conversation.assigned", "meeting.booked", "message.added"]
    assert told["message.added"]["message"]["text"] == "Hello"
    assert told["message.added"]["message"]["author"]["name"] == "Grace Guest"
    assert told["conversation.assigned"]["assignment"]["to"]["id"] == encode("Agent", ada.id)
    assert told["conversation.assigned"]["conversation"]["id"] == encode("Conversation", conversation.id)


async def test_that_a_conversation_begins_is_closed_and_goes_on_is_told(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    solved = await Disposition.create(organization_id=anna.organization_id, name="Solved")
    conversation = await begun(anna, now=clock())
    await close(conversation, disposition_id=solved.id, actor=acting(anna), now=clock())
    await jobs.run()
    await say(conversation, "One more thing", now=clock())
    await jobs.run()
    assert sorted(receiver.types[:4]) == [
        "conversation.assigned", "conversation.closed", "conversation.started", "message.added",
    ]  # fmt: skip
    assert receiver.types[4:] == ["conversation.reopened", "message.added"]
    told = {one.said["type"]: one.said["data"]["conversation"] for one in receiver.heard}
    assert {one["id"] for one in told.values()} == {encode("Conversation", conversation.id)}
    closed = told["conversation.closed"]
    assert closed["disposition"] == {"id": encode("Disposition", solved.id), "name": "Solved"}
    assert closed["assigneeId"] == encode("Agent", anna.id)
    assert told["conversation.reopened"]["disposition"] is None


async def test_only_the_kinds_that_are_wanted_are_sent_and_only_to_the_own_organization(
    anna: Agent, ada: Agent, receiver: Receiver, jobs: Jobs, keys: Keyring, clock: Clock
) -> None:
    chief = await an_agent(await an_organization("rival"), role=Role.ADMINISTRATOR)
    await a_webhook(chief, receiver, keys=keys, events=list(WebhookEvent))
    await a_webhook(ada, receiver, keys=keys, events=[WebhookEvent.MEETING_CANCELLED])
    meeting = await books(anna, NINE, now=clock())
    await jobs.run()
    assert await deliveries() == []
    await cancels(meeting, clock)
    await jobs.run()
    assert receiver.types == ["meeting.cancelled"]


async def test_what_is_refused_is_sent_again_the_same_to_the_byte_and_what_follows_waits(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.answers = [500, 503]
    meeting = await books(anna, NINE, now=clock())
    await cancels(meeting, clock)
    await jobs.run()
    assert receiver.types == ["meeting.booked"]
    [first, second] = await deliveries()
    assert (first.state, first.status_code, first.attempts) == (DeliveryState.PENDING, 500, 1)
    assert (first.error, first.answer) == ("The receiver answered 500.", "Sorry.")
    assert first.next_attempt_at == clock() + PAUSES[0]
    assert (second.state, second.attempts) == (DeliveryState.PENDING, 0)
    failing = await state_of(webhook)
    assert (failing.failing_since, failing.last_error) == (clock(), "The receiver answered 500.")
    clock.advance(minutes=1)
    await jobs.hurry()
    await jobs.hurry()
    assert receiver.types == ["meeting.booked"] * 3 + ["meeting.cancelled"]
    again = receiver.heard[:3]
    assert len({(one.id, one.body) for one in again}) == 1
    assert again[0].headers["webhook-timestamp"] != again[2].headers["webhook-timestamp"]
    assert [one.state for one in await deliveries()] == [DeliveryState.DONE] * 2
    healed = await state_of(webhook)
    assert [healed.failing_since, healed.last_error] == [None] * 2


async def test_other_meetings_do_not_wait_behind_a_refused_one(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.answers = [500]
    await books(anna, NINE, now=clock())
    await books(anna, TEN, now=clock())
    await jobs.run()
    assert [one.state for one in await deliveries()] == [DeliveryState.PENDING, DeliveryState.DONE]


async def test_a_receiver_that_asks_to_wait_is_waited_for(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.answers, receiver.headers = [429], {"Retry-After": "7200"}
    await books(anna, NINE, now=clock())
    await jobs.run()
    [delivery] = await deliveries()
    assert delivery.next_attempt_at == clock() + timedelta(hours=2)


async def test_whatever_a_receiver_says_of_its_refusal_is_an_answer(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.answers, receiver.headers, receiver.text = [500], {"Retry-After": "9" * 400}, "No\0 thanks"
    await books(anna, NINE, now=clock())
    await jobs.run()
    [delivery] = await deliveries()
    assert (delivery.status_code, delivery.attempts) == (500, 1)
    assert delivery.answer is not None
    assert delivery.answer.startswith("No\N{REPLACEMENT CHARACTER} ")
    assert delivery.next_attempt_at == clock() + timedelta(days=1)


async def test_who_does_not_answer_in_time_has_not_taken_it(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.is_slow = True
    await books(anna, NINE, now=clock())
    await jobs.run()
    [delivery] = await deliveries()
    assert (delivery.state, delivery.status_code) == (DeliveryState.PENDING, None)
    assert delivery.error == "The server did not answer in time."


async def test_to_a_slow_receiver_two_are_under_way_and_the_others_wait_without_having_been_tried(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, tools: Tools, clock: Clock
) -> None:
    slow = replace(tools, turns=Turns(slow_seconds=0))
    equip(slow)
    await books(anna, NINE, now=clock())
    await jobs.run()
    assert receiver.types == ["meeting.booked"]
    receiver.heard.clear()
    await books(anna, TEN, now=clock())
    with slow.turns.taken(webhook.id), slow.turns.taken(webhook.id):
        await jobs.run()
    assert receiver.heard == []
    [_, waiting] = await deliveries()
    assert (waiting.state, waiting.attempts) == (DeliveryState.PENDING, 0)
    assert (await state_of(webhook)).failing_since is None
    with slow.turns.taken(webhook.id):
        await jobs.hurry()
    assert receiver.types == ["meeting.booked"]


async def test_a_redirect_is_not_followed(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.answers, receiver.headers = [302], {"Location": receiver.url + "/elsewhere"}
    await books(anna, NINE, now=clock())
    await jobs.run()
    assert [one.path for one in receiver.heard] == ["/events"]
    [delivery] = await deliveries()
    assert (delivery.state, delivery.status_code) == (DeliveryState.PENDING, 302)


async def test_one_that_says_it_is_gone_is_disabled_at_once(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.always = 410
    meeting = await books(anna, NINE, now=clock())
    await cancels(meeting, clock)
    await jobs.run()
    await books(anna, TEN, now=clock())
    await jobs.run()
    assert receiver.types == ["meeting.booked"]
    gone = await state_of(webhook)
    assert not gone.is_active
    assert gone.disabled_at == clock()
    assert gone.last_error == "The receiver answered 410."
    entry = await AuditEntry.get(action="disableWebhook")
    assert (entry.target_id, entry.actor_name) == (webhook.id, None)
    assert [(one.state, one.attempts) for one in await deliveries()] == [
        (DeliveryState.FAILED, 1),
        (DeliveryState.FAILED, 0),
    ]


async def test_after_three_days_of_failure_it_is_given_up_and_the_webhook_disabled(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.always = 500
    await books(anna, NINE, now=clock())
    await jobs.run()
    for pause in PAUSES:
        assert (await state_of(webhook)).is_active
        clock.advance(seconds=pause.total_seconds())
        await jobs.hurry()
    [delivery] = await deliveries()
    assert (delivery.state, delivery.attempts, delivery.next_attempt_at) == (DeliveryState.FAILED, 10, None)
    disabled = await state_of(webhook)
    assert (disabled.is_active, disabled.last_error) == (False, "The receiver answered 500.")
    assert await jobs.waiting("webhooks.deliver") == []


async def test_one_event_that_is_always_refused_among_good_ones_disables_nothing(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.always = 500
    await books(anna, NINE, now=clock())
    await jobs.run()
    for number, pause in enumerate(PAUSES):
        clock.advance(seconds=pause.total_seconds())
        if number == len(PAUSES) - 2:
            receiver.answers = [204]
            await books(anna, datetime(2027, 3, 11, 9, tzinfo=UTC), now=clock())
            await jobs.run()
        await jobs.hurry()
    assert [one.state for one in await deliveries()] == [DeliveryState.FAILED, DeliveryState.DONE]
    assert (await state_of(webhook)).is_active


async def test_one_that_is_enabled_again_begins_anew_and_can_be_sent_what_it_missed(
    webhook: Webhook, anna: Agent, ada: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.answers = [410]
    await books(anna, NINE, now=clock())
    await jobs.run()
    actor = acting(ada)
    enabled = await update_webhook(webhook.id, actor=actor, addresses=LOOPBACK_TOO, is_active=True)
    assert [enabled.failing_since, enabled.last_error, enabled.disabled_at] == [None] * 3
    [missed] = await deliveries()
    await replay(missed.id, actor=actor, now=clock())
    await jobs.run()
    assert len({(one.id, one.body) for one in receiver.heard}) == 1
    [delivery] = await deliveries()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DONE, 1)
    assert delivery.error is None


async def test_after_a_renewal_both_secrets_sign_for_a_day(
    webhook: Webhook, anna: Agent, ada: Agent, receiver: Receiver, jobs: Jobs, keys: Keyring, clock: Clock
) -> None:
    former = secret_of(webhook, keys=keys) or ""
    renewed = await renew_secret(webhook.id, actor=acting(ada), keys=keys, now=clock())
    current = secret_of(renewed, keys=keys) or ""
    meeting = await books(anna, TEN + timedelta(days=3), now=clock())
    await jobs.run()
    clock.advance(hours=24)
    await cancels(meeting, clock)
    await jobs.run()
    signed = [(one.is_signed_by(current), one.is_signed_by(former)) for one in receiver.heard]
    assert signed == [(True, True), (True, False)]


async def test_a_worker_that_falls_after_sending_sends_again_under_the_same_id(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, tools: Tools, clock: Clock
) -> None:
    async def falls(url: str, body: bytes, *, headers: Mapping[str, str]) -> Answered:
        await tools.post(url, body, headers=headers)
        raise RuntimeError("the worker is gone")

    meeting = await books(anna, NINE, now=clock())
    await cancels(meeting, clock)
    equip(replace(tools, post=falls))
    await jobs.run()
    [pending, _] = await deliveries()
    assert (pending.state, pending.attempts) == (DeliveryState.PENDING, 0)
    equip(tools)
    await jobs.hurry()
    assert receiver.types == ["meeting.booked", "meeting.booked", "meeting.cancelled"]
    assert receiver.heard[0].id == receiver.heard[1].id


async def test_what_a_worker_that_was_killed_had_sent_comes_again_under_the_same_id_and_then_what_follows(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, database_url: str, clock: Clock
) -> None:
    meeting = await books(anna, NINE, now=clock())
    await cancels(meeting, clock)
    command = (sys.executable, "-m", "tests.jobs.sending_worker", database_url)
    worker = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await worker.wait() == -signal.SIGKILL
    assert receiver.types == ["meeting.booked"]
    await recover(silent_seconds=0)
    await jobs.run()
    assert receiver.types == ["meeting.booked", "meeting.booked", "meeting.cancelled"]
    first, again, _ = receiver.heard
    assert (first.id, first.body) == (again.id, again.body)
    assert [one.state for one in await deliveries()] == [DeliveryState.DONE] * 2


async def test_a_change_that_is_told_twice_is_sent_once(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    await books(anna, NINE, now=clock())
    await jobs.run()
    await tell_of_change((await MeetingChange.get()).id)
    await jobs.run()
    assert receiver.types == ["meeting.booked"]


async def test_what_is_on_its_way_to_a_webhook_that_is_taken_away_is_not_sent(
    webhook: Webhook, anna: Agent, ada: Agent, receiver: Receiver, jobs: Jobs, clock: Clock
) -> None:
    receiver.always = 500
    await books(anna, NINE, now=clock())
    await jobs.run()
    await delete_webhook(webhook.id, actor=acting(ada))
    await jobs.hurry()
    assert len(receiver.heard) == 1
    assert await deliveries() == []
    assert await jobs.waiting("webhooks.deliver") == []


async def test_nothing_is_sent_into_a_network_that_is_not_public(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, tools: Tools, clock: Clock
) -> None:
    equip(replace(tools, post=Fetcher().post))
    await books(anna, NINE, now=clock())
    await jobs.run()
    assert receiver.heard == []
    [delivery] = await deliveries()
    assert delivery.error == "The address leads into a network that is not public."


async def test_a_secret_that_can_no_longer_be_read_sends_nothing_unsigned(
    webhook: Webhook, anna: Agent, receiver: Receiver, jobs: Jobs, tools: Tools, clock: Clock
) -> None:
    equip(replace(tools, keys=Keyring(b"another secret, long enough as well")))
    await books(anna, NINE, now=clock())
    await jobs.run()
    assert receiver.heard == []
    assert (await state_of(webhook)).last_error == "Its secret can no longer be read here: renew it."


async def test_deliveries_are_forgotten_after_a_fortnight(
    webhook: Webhook, anna: Agent, jobs: Jobs, clock: Clock
) -> None:
    await books(anna, NINE, now=clock())
    await jobs.run()
    clock.advance(days=13)
    await jobs.run_periodic("records.trim")
    assert len(await deliveries()) == 1
    clock.advance(days=1, seconds=1)
    await jobs.run_periodic("records.trim")
    assert await deliveries() == []


async def test_what_is_taken_back_while_it_is_being_told_is_not_told(
    webhook: Webhook, anna: Agent, ada: Agent, jobs: Jobs, clock: Clock, database_url: str
) -> None:
    message = await say(await begun(anna), "The secret")
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute("SELECT FROM webhook WHERE id = %s FOR UPDATE", [webhook.id])
        telling = asyncio.create_task(tell_of_message(message.id))
        await until(lock_waits)
        redacting = asyncio.create_task(redact(message.id, actor=acting(ada), now=clock()))

        async def is_decided() -> bool:
            return redacting.done() or await lock_waits() > 1

        await until(is_decided)
        await other.commit()
    await telling
    assert (await redacting).redacted
    [delivery] = await deliveries()
    assert "secret" not in delivery.body
