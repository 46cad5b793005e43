"""Whom a waiting conversation is offered or given to: decided of what is known, without asking for anything.

Whoever is at their desk and has room may be asked, unless they have just said no; of those, they who speak the guest's
language, where anybody does. Among them the service's routing decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.words import Presence, Routing, Verdict

MOST_OFFERS = 100
"""So many offers are pending for an agent at a time: the oldest conversations, where more are waiting."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_GONE = {Presence.OFFLINE: Verdict.OFFLINE, Presence.AWAY: Verdict.AWAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent of the service. `load` is how many conversations they have, of `capacity`; `offers` how many are pending
    for them, of which `turns` because it was their turn. `since` is when they came to their desk, or left it."""

    id: int
    presence: Presence = Presence.ONLINE
    since: datetime = _LONG_AGO
    speaks: bool = True
    weight: int = 1
    capacity: int
    load: int = 0
    offers: int = 0
    turns: int = 0
    last_turn_at: datetime | None = None
    last_given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """That an agent did not take the conversation, when they were asked in this round."""

    agent: int
    at: datetime
    round: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A conversation that waits in a service. `answers` are those of the present wait; who says no is not asked again
    within `timeout`."""

    routing: Routing
    timeout: timedelta
    candidates: Sequence[Candidate]
    answers: Sequence[Answer] = ()
    round: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom to ask or, one after the other until somebody can take it, to try; in which round; and what is to be said
    of everybody. `is_dry`: nobody is there who could take any conversation at all."""

    agents: tuple[int, ...]
    round: int
    verdicts: Mapping[int, Verdict]
    is_dry: bool


def choose(situation: Situation, *, now: datetime) -> Choice:
    """What becomes of the conversation by now, and of everybody in the service."""
    verdicts = {one.id: verdict for one in situation.candidates if (verdict := _unable(one, situation.routing))}
    able = [one for one in situation.candidates if one.id not in verdicts]
    asked, round = _asked(situation, able, now=now)
    verdicts |= asked
    askable = [one for one in able if one.id not in asked]
    if any(one.speaks for one in askable):
        verdicts |= {one.id: Verdict.LANGUAGE for one in askable if not one.speaks}
        askable = [one for one in askable if one.speaks]
    order = sorted(askable, key=_order(situation.routing, now))
    chosen = order[:1] if situation.routing is Routing.OFFER_IN_TURN else order
    given = situation.routing is Routing.ASSIGN_AUTOMATICALLY
    verdicts |= {one.id: Verdict.NOT_THEIR_TURN for one in askable}
    verdicts |= {
        one.id: Verdict.GIVEN if given else Verdict.OFFERED for one in (chosen[:1] if given else chosen)
    }
    return Choice(tuple(one.id for one in chosen), round, verdicts, is_dry=not able)


def _unable(one: Candidate, routing: Routing) -> Verdict | None:
    if one.presence is not Presence.ONLINE:
        return _GONE[one.presence]
    promised = one.turns if routing is Routing.OFFER_IN_TURN else 0
    if one.load + promised >= one.capacity or one.offers >= MOST_OFFERS:
        return Verdict.AT_CAPACITY
    return None


def _asked(situation: Situation, able: Sequence[Candidate], *, now: datetime) -> tuple[dict[int, Verdict], int]:
    """Who is not asked again yet, and in which round the others are. Whoever has come to their desk since they were
    asked is asked anew."""
    came = {one.id: one.since for one in able}
    said = [one for one in situation.answers if one.agent in came and came[one.agent] <= one.at]
    if situation.routing is not Routing.OFFER_IN_TURN:
        recent = {one.agent: one.verdict for one in said if now < one.at + situation.timeout}
        return {id: no for id, no in recent.items() if no is not Verdict.UNANSWERED}, situation.round + 1
    in_round = [one for one in said if one.round == situation.round]
    spent = {one.agent: one.verdict for one in in_round}
    if len(spent) == len(able) and in_round and now >= max(one.at for one in in_round) + situation.timeout:
        return {}, situation.round + 1
    return spent, max(situation.round, 1)


def _order(routing: Routing, now: datetime) -> Callable[[Candidate], tuple[float, float, int]]:
    """In turn: who has waited longest for theirs, where one of weight 2 waits for half as long. Automatically: who has
    the fewest conversations, and of those who was given one longest ago."""

    def in_turn(one: Candidate) -> tuple[float, float, int]:
        waited = now - (one.last_turn_at or _LONG_AGO)
        return (-waited.total_seconds() * one.weight, 0, one.id)

    def by_load(one: Candidate) -> tuple[float, float, int]:
        return (one.load, ((one.last_given_at or _LONG_AGO) - _LONG_AGO).total_seconds(), one.id)

    return by_load if routing is Routing.ASSIGN_AUTOMATICALLY else in_turn
