"""Attempts at delivering an event: what is sent, and what comes of it.

Each is tried again with growing pauses for about three days. A webhook at which nothing has arrived for so long, or
that says that it is gone for good, is disabled; what was on its way to it is given up, and can be sent again later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.audit.auditing import change
from models.keyring import Keyring
from models.transactions import Transaction, transaction
from models.webhook.signing import signed_headers
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import DeliveryState

PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
LONGEST_PAUSE = timedelta(hours=24)
PATIENCE = timedelta(days=3)
GONE = 410
_LONGEST_ERROR = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is to be sent, and where to. Without headers it cannot be signed."""

    delivery_id: int
    webhook_id: int
    url: str
    body: bytes
    headers: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an attempt: a status with the beginning of what was said, or an error instead."""

    milliseconds: int
    status: int | None = None
    said: str | None = None
    error: str | None = None
    retry_after_seconds: float | None = None

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def reason(self) -> str:
        return (self.error or f"The receiver answered {self.status}.")[:_LONGEST_ERROR]


async def begin_attempt(delivery_id: int, *, keys: Keyring, now: datetime) -> Attempt | None:
    """What to send; None where it is delivered, given up or gone. What a disabled webhook would get is given up."""
    delivery = (
        await WebhookDelivery.filter(id=delivery_id, state=DeliveryState.PENDING)
        .select_related("webhook")
        .first()
    )
    if delivery is None:
        return None
    if not delivery.webhook.is_active:
        await _give_up(delivery_id)
        return None
    webhook, body = delivery.webhook, delivery.body.encode()
    headers = _headers(delivery, body, keys=keys, now=now)
    return Attempt(delivery_id, webhook.id, webhook.url, body, headers)


async def store_answer(attempt: Attempt, answer: Answer, *, now: datetime) -> timedelta | None:
    """Keep what came of the attempt; how long to wait before the next one, where there is to be one."""
    async with transaction() as tx:
        # The webhook's row first, as who takes it away takes what is on its way to it after it.
        webhook = await Webhook.filter(id=attempt.webhook_id).select_for_update(no_key=True).first()
        rows = WebhookDelivery.filter(id=attempt.delivery_id, state=DeliveryState.PENDING)
        delivery = await rows.select_for_update(no_key=True).first()
        if webhook is None or delivery is None:
            return None
        attempts = delivery.attempts + 1
        pause = _pause(attempts, answer)
        await WebhookDelivery.filter(id=delivery.id).update(
            state=_state(answer, pause),
            attempts=attempts,
            attempted_at=now,
            duration_milliseconds=answer.milliseconds,
            status_code=answer.status,
            next_attempt_at=None if pause is None else now + pause,
            error=None if answer.is_good else answer.reason,
            # It may repeat what was sent, which was taken away meanwhile.
            answer=None if answer.is_good or delivery.body.encode() != attempt.body else answer.said,
        )
        await _judge(tx, webhook, answer, has_ended=pause is None, now=now)
    return pause


def _state(answer: Answer, pause: timedelta | None) -> DeliveryState:
    if answer.is_good:
        return DeliveryState.DONE
    return DeliveryState.FAILED if pause is None else DeliveryState.PENDING


def _headers(delivery: WebhookDelivery, body: bytes, *, keys: Keyring, now: datetime) -> dict[str, str] | None:
    webhook = delivery.webhook
    sealed = [webhook.sealed_secret]
    if webhook.sealed_former is not None and webhook.former_until is not None and webhook.former_until > now:
        sealed.append(webhook.sealed_former)
    secrets = [secret for one in sealed if (secret := keys.open(one))]
    if not secrets:
        return None
    signed = signed_headers(body, message_id=delivery.message_id, secrets=secrets, now=now)
    return {"Content-Type": "application/json", **signed}


def _pause(attempts: int, answer: Answer) -> timedelta | None:
    """None after an attempt that is the last."""
    if answer.is_good or answer.status == GONE or attempts > len(PAUSES):
        return None
    asked = timedelta(seconds=answer.retry_after_seconds or 0)
    return max(PAUSES[attempts - 1], min(asked, LONGEST_PAUSE))


async def _judge(tx: Transaction, webhook: Webhook, answer: Answer, *, has_ended: bool, now: datetime) -> None:
    """What the attempt says of the webhook. One bad event among good ones disables nothing; what does is audited."""
    if not webhook.is_active or (answer.is_good and webhook.failing_since is None):
        return
    mine = Webhook.filter(id=webhook.id)
    if answer.is_good:
        await mine.update(failing_since=None, last_error=None)
        return
    failing_since = webhook.failing_since or now
    await mine.update(failing_since=failing_since, last_error=answer.reason)
    if answer.status == GONE or (has_ended and now - failing_since >= PATIENCE):
        ended = {"is_active": False, "disabled_at": now}
        await change(tx, webhook, ended, action="disableWebhook", actor=None)


async def _give_up(delivery_id: int) -> None:
    async with transaction():
        await WebhookDelivery.filter(id=delivery_id, state=DeliveryState.PENDING).update(
            state=DeliveryState.FAILED, next_attempt_at=None, error="The webhook is disabled."
        )
