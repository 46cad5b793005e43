"""Whom a waiting conversation is offered or given to, as far as it can be said without a database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from models.queueing.choosing import MOST_OFFERS, Answer, Candidate, Situation, choose
from models.words import Presence, Routing, Verdict
from tests.builders import MONDAY

NOW = MONDAY
MINUTE = timedelta(minutes=1)
ALL, TURN, AUTO = Routing.OFFER_TO_ALL, Routing.OFFER_IN_TURN, Routing.ASSIGN_AUTOMATICALLY


def one(id: int, **values: object) -> Candidate:
    return Candidate(**{"id": id, "capacity": 5, **values})  # type: ignore[arg-type]


def waiting(routing: Routing, *candidates: Candidate, **values: object) -> Situation:
    return Situation(routing=routing, timeout=MINUTE, candidates=candidates, **values)  # type: ignore[arg-type]


def no(agent: int, *, at: datetime = NOW, round: int = 1, verdict: Verdict = Verdict.REJECTED) -> Answer:
    return Answer(agent, at, round, verdict)


def test_all_who_are_online_and_have_room_are_asked() -> None:
    choice = choose(
        waiting(
            ALL,
            one(1),
            one(2),
            one(3, presence=Presence.AWAY),
            one(4, presence=Presence.OFFLINE),
            one(5, load=5),
            one(6, offers=MOST_OFFERS),
        ),
        now=NOW,
    )
    assert choice.agents == (1, 2)
    assert choice.verdicts == {
        1: Verdict.OFFERED,
        2: Verdict.OFFERED,
        3: Verdict.AWAY,
        4: Verdict.OFFLINE,
        5: Verdict.AT_CAPACITY,
        6: Verdict.AT_CAPACITY,
    }


def test_where_nobody_is_there_the_service_is_dry() -> None:
    assert choose(waiting(ALL), now=NOW).is_dry
    assert choose(waiting(ALL, one(1, presence=Presence.AWAY), one(2, load=5)), now=NOW).is_dry
    assert not choose(waiting(ALL, one(1), answers=[no(1)], round=1), now=NOW).is_dry


def test_who_has_said_no_is_not_asked_again_within_the_timeout() -> None:
    asked = waiting(ALL, one(1), one(2), answers=[no(1)], round=1)
    soon = choose(asked, now=NOW + MINUTE - timedelta(seconds=1))
    assert (soon.agents, soon.verdicts[1]) == ((2,), Verdict.REJECTED)
    assert choose(asked, now=NOW + MINUTE).agents == (1, 2)


def test_who_only_has_not_answered_an_offer_to_all_is_asked_again_at_once() -> None:
    silent = waiting(ALL, one(1), one(2), answers=[no(1, verdict=Verdict.UNANSWERED)], round=1)
    assert choose(silent, now=NOW).agents == (1, 2)


def test_who_has_come_since_is_asked_anew() -> None:
    for routing in (ALL, TURN):
        back = one(1, since=NOW + timedelta(seconds=1))
        assert choose(waiting(routing, back, answers=[no(1)], round=1), now=NOW + MINUTE / 2).agents == (1,)


def test_those_who_speak_the_guests_language_come_first() -> None:
    speaker, others = one(1), (one(2, speaks=False), one(3, speaks=False))
    choice = choose(waiting(ALL, speaker, *others), now=NOW)
    assert choice.agents == (1,)
    assert choice.verdicts == {1: Verdict.OFFERED, 2: Verdict.LANGUAGE, 3: Verdict.LANGUAGE}
    gone = one(1, presence=Presence.OFFLINE)
    assert choose(waiting(ALL, gone, *others), now=NOW).agents == (2, 3)
    assert choose(waiting(ALL, speaker, *others, answers=[no(1)], round=1), now=NOW).agents == (2, 3)


def test_in_turn_it_is_whoever_was_asked_longest_ago() -> None:
    choice = choose(
        waiting(
            TURN,
            one(1, last_turn_at=NOW - MINUTE),
            one(2, last_turn_at=NOW - 2 * MINUTE),
            one(3, last_turn_at=NOW),
        ),
        now=NOW,
    )
    assert choice.agents == (2,)
    assert choice.verdicts == {1: Verdict.NOT_THEIR_TURN, 2: Verdict.OFFERED, 3: Verdict.NOT_THEIR_TURN}


def test_who_was_never_asked_has_the_next_turn() -> None:
    assert choose(waiting(TURN, one(1, last_turn_at=NOW - 99 * MINUTE), one(2)), now=NOW).agents == (2,)


def test_turns_are_as_many_as_the_weights_say() -> None:
    weights, last, turns = {1: 1, 2: 1, 3: 2}, dict[int, datetime](), Counter[int]()
    for minute in range(400):
        now = NOW + minute * MINUTE
        candidates = [one(id, weight=weight, last_turn_at=last.get(id)) for id, weight in weights.items()]
        [agent] = choose(waiting(TURN, *candidates), now=now).agents
        turns[agent] += 1
        last[agent] = now
    assert all(abs(turns[id] - 100 * weight) <= 2 for id, weight in weights.items())


def test_whose_turn_it_is_elsewhere_has_so_much_less_room() -> None:
    choice = choose(waiting(TURN, one(1, capacity=2, load=1, turns=1), one(2, last_turn_at=NOW)), now=NOW)
    assert (choice.agents, choice.verdicts[1]) == ((2,), Verdict.AT_CAPACITY)


def test_a_no_passes_the_turn_on_until_all_have_said_it() -> None:
    three = (one(1), one(2), one(3))
    assert choose(waiting(TURN, *three), now=NOW).agents == (1,)
    silent = no(2, verdict=Verdict.UNANSWERED)
    assert choose(waiting(TURN, *three, answers=[no(1), silent], round=1), now=NOW).agents == (3,)
    exhausted = waiting(TURN, *three, answers=[no(1), silent, no(3, at=NOW + MINUTE / 2)], round=1)
    none = choose(exhausted, now=NOW + MINUTE)
    assert (none.agents, none.is_dry) == ((), False)
    assert none.verdicts == {1: Verdict.REJECTED, 2: Verdict.UNANSWERED, 3: Verdict.REJECTED}


def test_then_it_begins_again_after_the_timeout_and_passes_on_as_before() -> None:
    three = (one(1), one(2), one(3))
    first = [no(1), no(2), no(3)]
    again = choose(waiting(TURN, *three, answers=first, round=1), now=NOW + MINUTE)
    assert (again.agents, again.round) == ((1,), 2)
    second = [*first, no(1, at=NOW + MINUTE, round=2)]
    assert choose(waiting(TURN, *three, answers=second, round=2), now=NOW + MINUTE).agents == (2,)


def test_who_comes_when_all_have_said_no_is_asked_at_once() -> None:
    choice = choose(waiting(TURN, one(1), one(2), answers=[no(1)], round=1), now=NOW)
    assert (choice.agents, choice.round) == ((2,), 1)


def test_automatically_it_is_the_least_loaded_and_then_who_was_given_none_for_longest() -> None:
    choice = choose(
        waiting(
            AUTO,
            one(1, load=2),
            one(2, load=1, last_given_at=NOW),
            one(3, load=1, last_given_at=NOW - MINUTE),
            one(4, load=4, capacity=4),
        ),
        now=NOW,
    )
    assert choice.agents == (3, 2, 1)
    assert choice.verdicts == {
        1: Verdict.NOT_THEIR_TURN,
        2: Verdict.NOT_THEIR_TURN,
        3: Verdict.GIVEN,
        4: Verdict.AT_CAPACITY,
    }


def test_who_has_just_given_it_back_is_not_given_it_again() -> None:
    choice = choose(waiting(AUTO, one(1), one(2, load=3), answers=[no(1, round=0)]), now=NOW)
    assert choice.agents == (2,)
