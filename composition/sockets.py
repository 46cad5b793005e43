"""Who is on a line: recognised as it opens, at each operation, and again and again while something is followed.

So a right that ends, by sign-out, deactivation, another role, a revoked API key, a renewed manage link or by leaving a
meeting or a conversation, ends on open lines within a second. A subscription keeps what it was granted at its start:
under another role it cannot go on, so the line closes, and the client comes back with its cursors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from errors import Unauthenticated
from models.actor import Actor, AgentActor, GuestActor, Public, SignedInGuest, Ticket
from models.agent.key import ApiKey
from models.agent.session import Session
from models.conversation.link import staying
from models.guest.session import GuestSession
from models.meeting.link import Place, current_tokens
from models.words import Role
from realtime.transport import (
    CallerLimits,
    Connection,
    Engine,
    EventStream,
    EventStreams,
    GraphQLSocket,
    Line,
    Places,
    Watch,
)
from resolvers.context import Context, World, recognise

_LOOK_SECONDS = 0.5

_TOKEN_EXPIRED = "The access token has expired: refresh the session."
_SESSION_ENDED = "The session has ended: sign in again."
_KEY_ENDED = "The API key is not valid."
_LINK_RENEWED = "The manage link is not valid."
_CONVERSATION_LEFT = "The link into the conversation is not valid."
_ROLE_CHANGED = "Your role has changed: connect again."


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a line's Authorization value stood for when it was last read."""

    actor: Actor
    authorization: str | None


@dataclass(frozen=True, slots=True)
class Good:
    """What still lets somebody in, of what has let in those who are connected: in which role, by which token."""

    roles: Mapping[Ticket, Role]
    tokens: Mapping[Place, str]
    members: Collection[int]
    sessions: Collection[int]


def sockets(engine: Engine, door: Door) -> GraphQLSocket[Caller]:
    """GraphQL over WebSocket, for agents, guests and the public."""
    return GraphQLSocket(
        engine,
        authenticate=door.let_in,
        recognise=door.recognise,
        context=door.context,
        take_place=door.take_place,
    )


def streams(engine: Engine, door: Door) -> EventStreams[Caller]:
    """The same for clients without WebSockets."""
    return EventStreams(engine, let_in=door.let_in_stream, context=door.context, take_place=door.take_place)


class Door:
    """Lets callers in, as many as there is room for, and shows them out when what let them in has ended."""

    def __init__(self, world: World, *, limits: CallerLimits) -> None:
        self._world = world
        self._limits = limits
        self._watch = Watch(self._look, seconds=_LOOK_SECONDS)
        self.connections = Places("connections")
        self.subscriptions = Places("subscriptions")

    async def let_in(self, connection: Connection[Caller], payload: dict[str, Any] | None) -> Caller:
        authorization = (payload or {}).get("authorization")
        if not isinstance(authorization, str | None):
            raise Unauthenticated("Authorization must be a bearer token.")
        return await self._let_in(connection, authorization)

    async def let_in_stream(self, stream: EventStream[Caller], authorization: str | None) -> Caller:
        return await self._let_in(stream, authorization)

    async def recognise(self, connection: Connection[Caller]) -> Caller:
        """The caller as of now; refuses Unauthenticated also to who follows something under another role."""
        authorization = connection.identity.authorization
        actor = await recognise(authorization, world=self._world)
        if connection.has_subscriptions and _role(actor) != _role(connection.identity.actor):
            raise Unauthenticated(_ROLE_CHANGED)
        return Caller(actor, authorization)

    def take_place(self, line: Line[Caller]) -> Callable[[], None]:
        """Make room for one more subscription of the caller; refuses RateLimited where they have too many."""
        actor = line.identity.actor
        limit = self._limits.public if isinstance(actor, Public) else self._limits.subscriptions
        return self.subscriptions.take(actor.key, limit=limit)

    def context(self, line: Line[Caller]) -> Context:
        return Context(line.identity.actor, world=self._world, socket=line)

    async def _let_in(self, line: Line[Caller], authorization: str | None) -> Caller:
        actor = await recognise(authorization, world=self._world)
        limit = self._limits.public if isinstance(actor, Public) else self._limits.connections
        line.on_end(self.connections.take(actor.key, limit=limit))
        if isinstance(actor, AgentActor) and actor.expires_at is not None and actor.key_id is None:
            self._end_with_token(line, actor.expires_at)
        if not isinstance(actor, Public):
            self._watch.add(line)
        return Caller(actor, authorization)

    def _end_with_token(self, line: Line[Caller], expires_at: datetime) -> None:
        """End the line when its access token expires: the client comes back with a new one, and its cursors."""
        seconds = (expires_at - self._world.clock()).total_seconds()
        timer = asyncio.get_running_loop().call_later(seconds, line.show_out, _TOKEN_EXPIRED)
        line.on_end(timer.cancel)

    async def _look(self, lines: Sequence[Line[Caller]]) -> None:
        """End the lines of those whose rights have changed."""
        good = await self._good([line.identity.actor for line in lines])
        for line in lines:
            reason = _ended(line.identity, good)
            if reason:
                line.show_out(reason)

    async def _good(self, actors: Collection[Actor]) -> Good:
        """One query for all agents, one for all programs, two for all guests by a meeting's link, one for those by a
        conversation's, one for those who have signed in."""
        guests = [actor for actor in actors if isinstance(actor, GuestActor)]
        sessions = {guest.session_id for guest in guests if isinstance(guest, SignedInGuest)}
        places = {place for guest in guests if (place := guest.place)}
        members = {id for guest in guests if (id := guest.member_id)}
        return Good(
            roles=await self._roles([actor for actor in actors if isinstance(actor, AgentActor)]),
            tokens=await current_tokens(places, keys=self._world.keys) if places else {},
            members=await staying(members) if members else set(),
            sessions=await GuestSession.lasting(sessions, now=self._world.clock()) if sessions else set(),
        )

    async def _roles(self, actors: Iterable[AgentActor]) -> dict[Ticket, Role]:
        """In which role each goes on, by what let them in; what has ended is not there."""
        tickets = {actor.ticket for actor in actors}
        sessions, keys = ({id for kind, id in tickets if kind == wanted} for wanted in ("session", "key"))
        of_sessions = await Session.roles(sessions) if sessions else {}
        of_keys = await ApiKey.roles(keys, now=self._world.clock()) if keys else {}
        return {("session", id): role for id, role in of_sessions.items()} | {
            ("key", id): role for id, role in of_keys.items()
        }


def _ended(caller: Caller, good: Good) -> str | None:
    """Why the caller may not go on with what was begun; None where they may."""
    match caller.actor:
        case AgentActor(agent=agent, ticket=ticket):
            if ticket not in good.roles:
                return _SESSION_ENDED if ticket[0] == "session" else _KEY_ENDED
            return _ROLE_CHANGED if good.roles[ticket] != agent.role else None
        case SignedInGuest(session_id=session_id):
            return None if session_id in good.sessions else _SESSION_ENDED
        case GuestActor(member_id=int(member_id)):
            return None if member_id in good.members else _CONVERSATION_LEFT
        case GuestActor(place=place):
            shown = (caller.authorization or "").partition(" ")[2]
            return None if place and good.tokens.get(place) == shown else _LINK_RENEWED
        case _:
            return None


def _role(actor: Actor) -> Role | None:
    return actor.agent.role if isinstance(actor, AgentActor) else None
