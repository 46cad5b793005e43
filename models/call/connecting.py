"""Administrators connect accounts at providers of calls, and take them away. No network is touched here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

import orjson

from errors import Invalid, NotAllowed, NotFound
from models import input
from models.actor import AgentActor
from models.audit.auditing import audit, everything_of
from models.call.connection import MeetingProviderConnection
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import Keyring
from models.organization.settling import lock_organization, update_settings
from models.transactions import transaction
from models.words import ConnectionStatus, MeetingProvider, Role

MOST_CONNECTIONS = 10
# RFC 7518 §3.2: from a single token, a shorter one could be guessed.
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as an administrator describes it: of Jitsi, the address of a server and, where that lets nobody in
    without a token, what it knows us by."""

    provider: MeetingProvider
    url: str
    app_id: str | None = None
    app_secret: str | None = field(default=None, repr=False)

    @property
    def secret(self) -> str | None:
        if self.app_secret is None:
            return None
        return orjson.dumps({"app_id": self.app_id, "app_secret": self.app_secret}).decode()


async def connect_provider(
    account: Account, *, is_default: bool, actor: AgentActor, keys: Keyring, once: Once | None = None
) -> MeetingProviderConnection:
    """Connect the account; one that is connected already has this secret from now on. The first one is the default, and
    whichever is said to be. Calls that were made stay.

    Refuses NotAllowed to all but administrators, and Invalid.
    """
    _check_administrator(actor)
    account = checked(account)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return await _still_there(earlier)
        await lock_organization(actor)
        own = MeetingProviderConnection.visible_to(actor)
        connection = await own.filter(provider=account.provider, account=account.url).first()
        if connection is None:
            connection = await _add(account, actor)
        connection.sealed_secret = None if account.secret is None else keys.seal(account.secret)
        connection.status = ConnectionStatus.CONNECTED
        if is_default and not connection.is_default:
            await own.filter(is_default=True).update(is_default=False)
            connection.is_default = True
        await connection.save()
        await audit(tx, "connectMeetingProvider", connection, actor=actor, after=everything_of(connection))
        await remember_outcome(tx, once, connection.id)
    return connection


async def disconnect_provider(connection_id: int, *, actor: AgentActor, now: datetime) -> None:
    """Take the connection away: no more calls are made there, and those that were made are joined as before. The
    default is then the one that was connected first. The automation that needs it is forgotten.

    Refuses NotAllowed to all but administrators, and NotFound.
    """
    _check_administrator(actor)
    async with transaction() as tx:
        organization = await lock_organization(actor)
        own = MeetingProviderConnection.visible_to(actor)
        connection = await own.filter(id=connection_id).first()
        if connection is None:
            raise NotFound("There is no such connection.", field=("connectionId",))
        gone = everything_of(connection)
        await connection.delete()
        if connection.is_default and (heir := await own.order_by("id").first()) is not None:
            heir.is_default = True
            await heir.save(update_fields=["is_default"])
        await audit(tx, "disconnectMeetingProvider", connection, actor=actor, before=gone)
        how = organization.settings.virtual_meetings
        if how.enabled and await MeetingProviderConnection.to_use(organization.id, how.provider) is None:
            await update_settings({"virtual_meetings": {"enabled": False}}, actor=actor, now=now)


def checked(account: Account) -> Account:
    """The account in one form. Refuses Invalid."""
    if account.provider is not MeetingProvider.JITSI:
        raise Invalid("This provider cannot be connected.", field=("provider",))
    if (account.app_id is None) != (account.app_secret is None):
        missing = "appId" if account.app_id is None else "appSecret"
        raise Invalid("The application's name and its secret go together.", field=(missing,))
    account = replace(account, url=_server(account.url))
    if account.app_id is None or account.app_secret is None:
        return account
    app_secret = input.line(account.app_secret, field=("appSecret",), most=500)
    if len(app_secret) < SHORTEST_SECRET:
        raise Invalid(f"The secret has at least {SHORTEST_SECRET} characters.", field=("appSecret",))
    return replace(account, app_id=input.line(account.app_id, field=("appId",)), app_secret=app_secret)


def _server(url: str) -> str:
    """The address below which rooms lie. Browsers let nobody use a camera but over https."""
    url = input.line(url, field=("url",))
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if (
        not host
        or parts.scheme != "https"
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
        or " " in url
    ):
        raise Invalid("This must be the https address of a server.", field=("url",))
    return f"https://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _check_administrator(actor: AgentActor) -> None:
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise NotAllowed("Administrators set this up.")


async def _still_there(connection_id: int) -> MeetingProviderConnection:
    connection = await MeetingProviderConnection.get_or_none(id=connection_id)
    if connection is None:
        raise NotFound("The connection has been taken away since.", field=("idempotencyKey",))
    return connection


async def _add(account: Account, actor: AgentActor) -> MeetingProviderConnection:
    others = await MeetingProviderConnection.visible_to(actor).count()
    if others >= MOST_CONNECTIONS:
        raise Invalid(f"There are at most {MOST_CONNECTIONS} connections: take one away first.")
    return MeetingProviderConnection(
        organization_id=actor.organization_id,
        provider=account.provider,
        account=account.url,
        is_default=others == 0,
    )
