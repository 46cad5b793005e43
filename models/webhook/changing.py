"""Webhooks are made, changed and taken away, and their secrets renewed, by administrators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from errors import Invalid, NotAllowed, NotFound, ProviderRejected
from models import input
from models.actor import AgentActor
from models.audit.auditing import change
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import Keyring
from models.register import Register
from models.transactions import Transaction, key_of, transaction
from models.webhook.signing import new_secret
from models.webhook.webhook import Webhook
from models.words import Role, WebhookEvent
from providers.fetching import AddressPolicy, safe_url

MOST_WEBHOOKS = 20
LONGEST_URL = 2_048
FORMER_GOOD_FOR = timedelta(hours=24)
WEBHOOKS = Register(Webhook, "webhook", "webhookId")


class WebhookFields(TypedDict, total=False):
    """What is set of a webhook; what is not given stays."""

    url: str
    description: str | None
    events: Sequence[WebhookEvent]
    is_active: bool


async def create_webhook(
    *,
    actor: AgentActor,
    keys: Keyring,
    addresses: AddressPolicy,
    once: Once | None = None,
    **fields: Unpack[WebhookFields],
) -> Webhook:
    """Have events sent to an address from now on. Its secret is told by `secret_of`, to whoever has made it.

    `addresses` are those to which it is sent. Refuses NotAllowed, Invalid and more than twenty.
    """
    check_administrator(actor)
    sealed = keys.seal(new_secret())
    webhook = Webhook(
        organization_id=actor.organization_id, sealed_secret=sealed, **_checked(fields, addresses=addresses)
    )
    return await WEBHOOKS.add(webhook, actor=actor, once=once, then=_check_number)


async def update_webhook(
    webhook_id: int,
    *,
    actor: AgentActor,
    addresses: AddressPolicy,
    expected_version: int | None = None,
    **fields: Unpack[WebhookFields],
) -> Webhook:
    """Change what is given. One that is enabled begins anew: what has failed is forgotten, and can be sent again.

    Refuses NotAllowed, NotFound, Stale and Invalid.
    """
    check_administrator(actor)
    columns = _checked(fields, addresses=addresses)
    if columns.get("is_active"):
        columns |= {"failing_since": None, "last_error": None, "disabled_at": None}
    return await WEBHOOKS.change(webhook_id, columns, actor=actor, expected_version=expected_version)


async def renew_secret(
    webhook_id: int,
    *,
    actor: AgentActor,
    keys: Keyring,
    now: datetime,
    expected_version: int | None = None,
    once: Once | None = None,
) -> Webhook:
    """Give the webhook another secret. For a day what is sent is signed by the former one too, so that the receiver can
    change over meanwhile. Refuses NotAllowed, NotFound and Stale."""
    check_administrator(actor)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await _still_there(earlier)
        webhook = await WEBHOOKS.lock(webhook_id, actor=actor, expected_version=expected_version)
        columns = {
            "sealed_secret": keys.seal(new_secret()),
            "sealed_former": webhook.sealed_secret,
            "former_until": now + FORMER_GOOD_FOR,
        }
        await change(tx, webhook, columns, action="renewWebhookSecret", actor=actor)
        await remember_outcome(tx, once, webhook.id)
    return webhook


async def delete_webhook(webhook_id: int, *, actor: AgentActor, expected_version: int | None = None) -> None:
    """Take the webhook away, and what is still on its way to it. Refuses NotAllowed, NotFound and Stale."""
    check_administrator(actor)
    await WEBHOOKS.delete(webhook_id, actor=actor, expected_version=expected_version)


def secret_of(webhook: Webhook, *, keys: Keyring) -> str | None:
    """The secret that signs what is sent; None where it was sealed by another key."""
    return keys.open(webhook.sealed_secret)


def check_administrator(actor: AgentActor) -> None:
    """Refuses NotAllowed to everybody else."""
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise NotAllowed("Only administrators have events sent elsewhere.")


async def _check_number(tx: Transaction, added: Webhook) -> None:
    """Of two that would both be the last one, the second sees the first."""
    await tx.lock(key_of("webhooks", added.organization_id))
    if await Webhook.filter(organization_id=added.organization_id).count() > MOST_WEBHOOKS:
        raise Invalid(f"An organization has at most {MOST_WEBHOOKS} webhooks: take one away first.")


async def _still_there(webhook_id: int) -> Webhook:
    webhook = await Webhook.get_or_none(id=webhook_id)
    if webhook is None:
        raise NotFound("The webhook has been taken away since.", field=("idempotencyKey",))
    return webhook


def _checked(fields: WebhookFields, *, addresses: AddressPolicy) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "url" in fields:
        columns["url"] = _url(fields["url"], addresses=addresses)
    if (description := fields.get("description")) is not None:
        columns["description"] = input.line(description, field=("description",))
    if "events" in fields:
        columns["events"] = list(dict.fromkeys(event.value for event in fields["events"]))
        if not columns["events"]:
            raise Invalid("Name the events that are to be sent.", field=("events",))
    return columns


def _url(text: str, *, addresses: AddressPolicy) -> str:
    """What lies behind a name only the sending can tell; that is the job's. A literal address is judged here, too."""
    text = input.line(text, field=("url",), most=LONGEST_URL)
    try:
        url = safe_url(text)
    except ProviderRejected as error:
        raise Invalid(str(error), field=("url",)) from None
    permitted = addresses.sending_by(url.scheme)
    if not permitted.public and not permitted.also:
        raise Invalid("Events are sent to https addresses only.", field=("url",))
    if not permitted.permits_host(url.raw_host or ""):
        raise Invalid(
            "Events are not sent to this address: it is in a network that is not permitted.", field=("url",)
        )
    if url.user or url.password:
        raise Invalid("The address must not contain a password: what is sent is signed.", field=("url",))
    return text
