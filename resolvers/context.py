"""What every execution is given: who asks, the time, the process's parts. New for each operation and event."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

import strawberry

from errors import BadRequest, Unauthenticated
from models.actor import Actor, AgentActor, KnownActor, Public
from models.agent.guessing import Guesses
from models.agent.key import PREFIX as KEY_PREFIX
from models.agent.key import ApiKey
from models.agent.session import Session
from models.contact.masking import NO_MASK, Mask, mask_for
from models.conversation.link import PREFIX as TALK_PREFIX
from models.conversation.link import recognise_member
from models.conversation.typing import Typists
from models.guest.session import PREFIX as GUEST_PREFIX
from models.guest.session import GuestSession
from models.keyring import Keyring
from models.meeting.link import PREFIX, recognise_guest
from models.words import Role
from providers.fetching import PUBLIC_ONLY, AddressPolicy
from providers.storage.nowhere import Nowhere
from providers.storage.protocol import ObjectStore
from providers.transcripts.pdf import Press
from realtime.cursors import Cursors
from realtime.hub import Hub
from realtime.sharing import Scoped, Shared
from realtime.tabs import Tabs
from resolvers.following import Bounds, SlotFeeds
from resolvers.grants import Grants
from resolvers.loaders import Loaders
from resolvers.meeting_grants import MeetingGrants
from resolvers.scopes import scope_of


@dataclass(frozen=True, slots=True)
class World:
    """The process's parts, as the composition root has wired them. `public_url` has no slash at its end;
    `webhook_addresses` are those that events are sent to, without TLS only the networks that it names; in `store` files
    are kept, in `tabs` the agents who follow their inboxes here."""

    keys: Keyring
    cursors: Cursors
    hub: Hub
    clock: Callable[[], datetime]
    public_url: str
    webhook_addresses: AddressPolicy = PUBLIC_ONLY
    store: ObjectStore = field(default_factory=Nowhere)
    guesses: Guesses = field(default_factory=Guesses)
    press: Press = field(default_factory=Press)
    grants: Grants = field(default_factory=Grants)
    typists: Typists = field(default_factory=Typists)
    tabs: Tabs = field(default_factory=Tabs)
    slot_bounds: Bounds = field(default_factory=Bounds)
    slot_feeds: SlotFeeds = field(init=False)
    meeting_grants: MeetingGrants = field(init=False)

    def __post_init__(self) -> None:
        feeds = SlotFeeds(self.hub, clock=self.clock, bounds=self.slot_bounds)
        object.__setattr__(self, "slot_feeds", feeds)
        object.__setattr__(self, "meeting_grants", MeetingGrants(self.keys))


class Context(Scoped):
    """`socket` is that of who asks over one: what a single one may hold is counted by it."""

    def __init__(self, actor: Actor, *, world: World, socket: Hashable | None = None) -> None:
        self.actor = actor
        self.world = world
        self.socket = socket
        self._shown: str | None = None
        self._mask: tuple[Actor, Mask] | None = None
        self.loaders = Loaders(lambda: self.actor, mask=self.mask)

    def now(self) -> datetime:
        return self.world.clock()

    def scope(self, among: Shared) -> Hashable | None:
        return scope_of(self.actor, among)

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

    async def mask(self) -> Mask:
        """How whoever asks is shown guests' addresses and numbers."""
        mask, actor = self.mask_at_hand(), self.actor
        if mask is None and isinstance(actor, AgentActor):
            organization = await self.loaders.organizations.load(actor.organization_id)
            mask = Mask(hides=True) if organization is None else mask_for(actor, organization.settings)
            self._mask = actor, mask
        return mask or NO_MASK

    def mask_at_hand(self) -> Mask | None:
        """The same, where the database need not be asked (any more): fields of long lists do not wait for it."""
        actor = self.actor
        if not isinstance(actor, AgentActor) or actor.agent.role is Role.ADMINISTRATOR:
            return NO_MASK
        return self._mask[1] if self._mask is not None and self._mask[0] is actor else None

    def agent(self) -> AgentActor:
        """The agent who asks; refuses Unauthenticated to anybody else."""
        if not isinstance(self.actor, AgentActor):
            raise Unauthenticated("Sign in as an agent.")
        return self.actor

    def at_desk(self) -> AbstractContextManager[None]:
        """The agent who asks has a window open for as long as the block runs; an API key never has."""
        actor = self.agent()
        return nullcontext() if actor.key_id is not None else self.world.tabs.open(actor.agent.id)

    def known(self) -> KnownActor:
        """The agent or guest who asks; refuses Unauthenticated to the public."""
        if isinstance(self.actor, Public):
            raise Unauthenticated("Sign in, or use your manage link.")
        return self.actor


Info = strawberry.Info[Context, None]


async def recognise(authorization: str | None, *, world: World) -> Actor:
    """Who sends this Authorization value ("Bearer …"): an access token's agent, an API key's, a signed-in
    guest, the guest of a meeting's or a conversation's link, or, without one, the public. Refuses
    Unauthenticated for anything else."""
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
    if token.startswith(TALK_PREFIX):
        return await recognise_member(token, keys=world.keys)
    return await Session.recognise(token, keys=world.keys, now=world.clock())
