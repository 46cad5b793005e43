"""What every execution is given: who asks, the time, the process's parts. New for each operation and event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import strawberry

from errors import BadRequest, Unauthenticated
from models.actor import Actor, AgentActor, KnownActor, Public
from models.agent.guessing import Guesses
from models.agent.key import PREFIX as KEY_PREFIX
from models.agent.key import ApiKey
from models.agent.session import Session
from models.guest.session import PREFIX as GUEST_PREFIX
from models.guest.session import GuestSession
from models.keyring import Keyring
from models.meeting.link import PREFIX, recognise_guest
from providers.fetching import PUBLIC_ONLY, AddressPolicy
from realtime.cursors import Cursors
from realtime.hub import Hub
from resolvers.loaders import Loaders


@dataclass(frozen=True, slots=True)
class World:
    """The process's parts, as the composition root has wired them. `public_url` has no slash at its end;
    `webhook_addresses` are those that events are sent to, without TLS only the networks that it names."""

    keys: Keyring
    cursors: Cursors
    hub: Hub
    clock: Callable[[], datetime]
    public_url: str
    webhook_addresses: AddressPolicy = PUBLIC_ONLY
    guesses: Guesses = field(default_factory=Guesses)


class Context:
    def __init__(self, actor: Actor, *, world: World) -> None:
        self.actor = actor
        self.world = world
        self._shown: str | None = None
        self.loaders = Loaders(lambda: self.actor)

    def now(self) -> datetime:
        return self.world.clock()

    def become(self, actor: KnownActor) -> None:
        """Whoever shows, or is given, a token is whom it stands for from here on, and sees what they see.

        A query's fields run side by side: see `show`. A mutation's run one after the other.
        """
        self.actor = actor

    def show(self, token: str) -> None:
        """Note that a field shows this token; refuses BadRequest where another field showed another one."""
        if self._shown not in (None, token):
            raise BadRequest("Show one token in an operation: its fields are answered for one guest.")
        self._shown = token

    def agent(self) -> AgentActor:
        """The agent who asks; refuses Unauthenticated to anybody else."""
        if not isinstance(self.actor, AgentActor):
            raise Unauthenticated("Sign in as an agent.")
        return self.actor

    def known(self) -> KnownActor:
        """The agent or guest who asks; refuses Unauthenticated to the public."""
        if isinstance(self.actor, Public):
            raise Unauthenticated("Sign in, or use your manage link.")
        return self.actor


Info = strawberry.Info[Context, None]


async def recognise(authorization: str | None, *, world: World) -> Actor:
    """Who sends this Authorization value ("Bearer …"): an access token's agent, an API key's, a signed-in
    guest's token, a manage token's guest, or, without one, the public. Refuses Unauthenticated for anything else."""
    if not authorization:
        return Public()
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Authorization must be a bearer token.")
    if token.startswith(KEY_PREFIX):
        return await ApiKey.recognise(token, now=world.clock())
    if token.startswith(GUEST_PREFIX):
        return await GuestSession.recognise(token, now=world.clock())
    if token.startswith(PREFIX):
        return await recognise_guest(token, keys=world.keys)
    return await Session.recognise(token, keys=world.keys, now=world.clock())
