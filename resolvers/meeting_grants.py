"""Who follows a meeting, looked at again and again: their right to it may end while nothing happens to the meeting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from errors import Forbidden
from models.actor import AgentActor, KnownActor, SignedInGuest
from models.keyring import Keyring
from models.meeting.following import Following, still_attended, still_shown_to_agents
from models.meeting.link import Place, current_tokens
from models.words import Role
from realtime.ending import Ending
from resolvers.granted import Granted


@dataclass(frozen=True, slots=True, eq=False)
class _Followed:
    """A meeting that somebody follows: by one of their `names`, or, as a guest by its link, at a place in it that had
    this token."""

    ending: Ending
    names: frozenset[Following] = frozenset()
    is_agent: bool = False
    place: Place | None = None
    token: str | None = None


class MeetingGrants(Granted[_Followed]):
    """By four queries at most, however many follow."""

    def __init__(self, keys: Keyring) -> None:
        super().__init__()
        self._keys = keys

    @asynccontextmanager
    async def of(self, meeting_id: int, actor: KnownActor) -> AsyncIterator[Ending]:
        """Fails by Forbidden when the actor may no longer see the meeting: when a guest's link was renewed, too."""
        followed = await _followed(meeting_id, actor, keys=self._keys)
        if followed is None:
            yield Ending()
            return
        self._begin(followed)
        try:
            yield followed.ending
        finally:
            self._followed.discard(followed)

    async def _look(self) -> None:
        followed = tuple(self._followed)
        agents = await still_shown_to_agents(_names(one for one in followed if one.is_agent))
        guests = await still_attended(_names(one for one in followed if not one.is_agent))
        places = {one.place for one in followed if one.place is not None}
        tokens = await current_tokens(places, keys=self._keys) if places else {}
        for one in followed:
            if one.place is not None:
                is_good = tokens.get(one.place) == one.token
            else:
                is_good = bool(one.names & (agents if one.is_agent else guests))
            if not is_good:
                one.ending.come(Forbidden("The meeting is no longer yours to see."))


async def _followed(meeting_id: int, actor: KnownActor, *, keys: Keyring) -> _Followed | None:
    """None for an agent to whom all meetings are shown, as long as their role lasts; with that, their socket ends."""
    ending = Ending()
    if isinstance(actor, AgentActor):
        if actor.sees_all or actor.agent.role is Role.BOOKING_MANAGER:
            return None
        return _Followed(ending, names=frozenset({(actor.agent.id, meeting_id)}), is_agent=True)
    if isinstance(actor, SignedInGuest) or actor.place is None:
        return _Followed(ending, names=frozenset((id, meeting_id) for id in actor.contact_ids))
    tokens = await current_tokens([actor.place], keys=keys)
    return _Followed(ending, place=actor.place, token=tokens.get(actor.place, ""))


def _names(followed: Iterable[_Followed]) -> set[Following]:
    return {name for one in followed for name in one.names}
