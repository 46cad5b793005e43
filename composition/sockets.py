"""Who is on a WebSocket: recognised as it opens, at each operation, and again and again while something is followed.

So a right that ends, by sign-out, deactivation, another role, a revoked API key, a renewed manage link or by leaving a
meeting, ends on open sockets within a second. A subscription keeps what it was granted at its start: under another role
it cannot go on, so the socket closes, and the client comes back with its cursors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from errors import Unauthenticated
from models.actor import Actor, AgentActor, GuestActor, Public, SignedInGuest, Ticket
from models.agent.key import ApiKey
from models.agent.session import Session
from models.guest.session import GuestSession
from models.meeting.link import Place, current_tokens
from models.words import Role
from realtime.transport import CloseCode, Connection, Engine, GraphQLSocket, Watch
from resolvers.context import Context, World, recognise

_LOOK_SECONDS = 0.5

_SESSION_ENDED = "The session has ended: sign in again."
_KEY_ENDED = "The API key is not valid."
_LINK_RENEWED = "The manage link is not valid."
_ROLE_CHANGED = "Your role has changed: connect again."


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a socket's Authorization value stood for when it was last read."""

    actor: Actor
    authorization: str | None


def sockets(engine: Engine, world: World) -> GraphQLSocket[Caller]:
    """GraphQL over WebSocket, for agents, guests and the public."""
    door = Door(world)
    return GraphQLSocket(engine, authenticate=door.let_in, recognise=door.recognise, context=door.context)


class Door:
    """Lets callers in, and shows them out when what let them in has ended."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._watch = Watch(self._look, seconds=_LOOK_SECONDS)

    async def let_in(self, connection: Connection[Caller], payload: dict[str, Any] | None) -> Caller:
        authorization = (payload or {}).get("authorization")
        if not isinstance(authorization, str | None):
            raise Unauthenticated("Authorization must be a bearer token.")
        actor = await recognise(authorization, world=self._world)
        if isinstance(actor, AgentActor) and actor.expires_at is not None and actor.key_id is None:
            self._end_with_token(connection, actor.expires_at)
        if not isinstance(actor, Public):
            self._watch.add(connection)
        return Caller(actor, authorization)

    async def recognise(self, connection: Connection[Caller]) -> Caller:
        """The caller as of now; refuses Unauthenticated also to who follows something under another role."""
        authorization = connection.identity.authorization
        actor = await recognise(authorization, world=self._world)
        if connection.has_subscriptions and _role(actor) != _role(connection.identity.actor):
            raise Unauthenticated(_ROLE_CHANGED)
        return Caller(actor, authorization)

    def context(self, connection: Connection[Caller]) -> Context:
        return Context(connection.identity.actor, world=self._world)

    def _end_with_token(self, connection: Connection[Caller], expires_at: datetime) -> None:
        """Close the socket when its access token expires: the client comes back with a new one, and its cursors."""
        seconds = (expires_at - self._world.clock()).total_seconds()
        timer = asyncio.get_running_loop().call_later(
            seconds, connection.end, CloseCode.FORBIDDEN, "The access token has expired: refresh the session."
        )
        connection.on_end(timer.cancel)

    async def _look(self, connections: Sequence[Connection[Caller]]) -> None:
        """Close the sockets whose rights have changed; one query for all agents, one for all
        programs, two for all guests by link, one for those who have signed in."""
        actors = [connection.identity.actor for connection in connections]
        guests = {actor.session_id for actor in actors if isinstance(actor, SignedInGuest)}
        places = {actor.place for actor in actors if type(actor) is GuestActor}
        roles = await self._roles([actor for actor in actors if isinstance(actor, AgentActor)])
        tokens = await current_tokens(places, keys=self._world.keys) if places else {}
        lasting = await GuestSession.lasting(guests, now=self._world.clock()) if guests else set()
        for connection in connections:
            reason = _ended(connection.identity, roles, tokens, lasting)
            if reason:
                connection.end(CloseCode.FORBIDDEN, reason)

    async def _roles(self, actors: Iterable[AgentActor]) -> dict[Ticket, Role]:
        """In which role each goes on, by what let them in; what has ended is not there."""
        tickets = {actor.ticket for actor in actors}
        sessions, keys = ({id for kind, id in tickets if kind == wanted} for wanted in ("session", "key"))
        of_sessions = await Session.roles(sessions) if sessions else {}
        of_keys = await ApiKey.roles(keys, now=self._world.clock()) if keys else {}
        return {("session", id): role for id, role in of_sessions.items()} | {
            ("key", id): role for id, role in of_keys.items()
        }


def _ended(
    caller: Caller, roles: Mapping[Ticket, Role], tokens: Mapping[Place, str], guests: Collection[int]
) -> str | None:
    """Why the caller may not go on with what was begun; None where they may."""
    actor = caller.actor
    if isinstance(actor, AgentActor):
        if actor.ticket not in roles:
            return _SESSION_ENDED if actor.key_id is None else _KEY_ENDED
        return _ROLE_CHANGED if roles[actor.ticket] != actor.agent.role else None
    if isinstance(actor, SignedInGuest):
        return None if actor.session_id in guests else _SESSION_ENDED
    shown = (caller.authorization or "").partition(" ")[2]
    return _LINK_RENEWED if isinstance(actor, GuestActor) and tokens.get(actor.place) != shown else None


def _role(actor: Actor) -> Role | None:
    return actor.agent.role if isinstance(actor, AgentActor) else None
