"""Templates are as their provider has them: a job lists them when somebody asks for it, and once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from models.actor import AgentActor
from models.channel.account import ChannelAccount
from models.channel.connecting import ACCOUNTS, check_administrator
from models.channel.credentials import Credentials, opened
from models.channel.queueing import sync_later
from models.channel.template import GONE, MessageTemplate
from models.editing import save
from models.keyring import Keyring
from models.transactions import transaction
from providers.messaging.protocol import ProvidedTemplate

EVERY = timedelta(days=1)
_LONGEST_NAME, _LONGEST_LANGUAGE, _LONGEST_STATUS = 600, 35, 40


@dataclass(frozen=True, slots=True)
class Listing:
    """An account whose templates are to be listed. Without credentials it cannot be."""

    account: ChannelAccount
    credentials: Credentials | None


async def ask_to_sync(account_id: int, *, actor: AgentActor, now: datetime) -> ChannelAccount:
    """Have the templates listed soon. Refuses NotAllowed and NotFound."""
    check_administrator(actor)
    async with transaction() as tx:
        account = await ACCOUNTS.lock(account_id, actor=actor)
        await sync_later(tx, account, now=now)
    return account


async def begin_listing(account_id: int, *, keys: Keyring, now: datetime) -> Listing | None:
    """None for an account that is no longer connected."""
    account = await ChannelAccount.get_or_none(id=account_id, deleted_at__isnull=True)
    if account is None:
        return None
    await ChannelAccount.filter(id=account_id).update(listed_at=now)
    return Listing(account, opened(account.sealed_credentials, provider=account.provider, keys=keys))


async def accounts_due(*, now: datetime, limit: int) -> list[ChannelAccount]:
    """Those whose templates were listed a day ago, or never."""
    due = Q(listed_at__isnull=True) | Q(listed_at__lte=now - EVERY)
    return await ChannelAccount.filter(due, deleted_at__isnull=True).order_by("id").limit(limit)


async def store_templates(listing: Listing, provided: Sequence[ProvidedTemplate]) -> bool:
    """Have the account's templates be these; those that are there already stay who they are, and those that are gone
    are said to be. False where the account has been disconnected meanwhile, or has other credentials: then there is
    another job."""
    async with transaction():
        rows = ChannelAccount.filter(id=listing.account.id, deleted_at__isnull=True)
        account = await rows.select_for_update(no_key=True).first()
        if account is None or account.sealed_credentials != listing.account.sealed_credentials:
            return False
        there = {one.id: one for one in provided}
        for known in await MessageTemplate.filter(account_id=account.id).select_for_update(no_key=True):
            found = there.pop(known.external_id, None)
            await _change(known, {"status": GONE} if found is None else _columns(found))
        own = {"organization_id": account.organization_id, "account_id": account.id}
        new = [MessageTemplate(**own, external_id=id, **_columns(one)) for id, one in there.items()]
        await MessageTemplate.bulk_create(new)
        await ChannelAccount.filter(id=account.id).update(is_well=True)
    return True


async def _change(known: MessageTemplate, columns: dict[str, object]) -> None:
    """Only what differs, so that who has seen it sees the same version."""
    differing = {name: value for name, value in columns.items() if getattr(known, name) != value}
    if differing:
        known.update_from_dict(differing)
        await save(known, *differing)


def _columns(provided: ProvidedTemplate) -> dict[str, object]:
    return {
        "name": provided.name[:_LONGEST_NAME],
        "language": provided.language[:_LONGEST_LANGUAGE],
        "body": provided.body,
        "variables": list(provided.variables),
        "status": provided.status[:_LONGEST_STATUS],
    }
