"""The engine of time alone: no database, no network, one thread."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from benchmarks.measuring import Figure, measure, measure_once_each
from benchmarks.organization import NOW, agents, question
from scheduling.agenda import Agenda
from scheduling.availability import ask
from scheduling.hours import Dates
from scheduling.opening import opening
from scheduling.prepared import Timeline, prepare

MONTH = Dates(NOW.date(), NOW.date() + timedelta(days=31))
SPAN = question().span()
TARGETS = {1: 0.3, 100: 5.0, 1000: 40.0}


def figures() -> list[Figure]:
    everybody = agents(1000)
    found = [figure for number in TARGETS for figure in _listing(everybody[:number], TARGETS[number])]
    return found + _one_start(everybody[:1]) + _one_start(everybody[:100]) + _preparing(everybody)


def _listing(agendas: Sequence[Agenda], target: float) -> list[Figure]:
    seconds, who = count(), _named(agendas)
    prepared = _prepare(agendas)

    def listed(timelines: Sequence[Timeline]) -> object:
        return ask(question(next(seconds)), timelines).days(MONTH)

    def written() -> object:
        return ask(question(next(seconds)), prepared).texts(MONTH)

    slots = ask(question(), prepared).total(MONTH)
    return [
        measure(f"{who}: the {slots} slots of 31 days", lambda: listed(prepared), target=target),
        measure(f"{who}: the same, as texts in columns", written, target=target),
        measure_once_each(f"{who}: the same, never asked before", lambda: _prepare_anew(agendas), listed),
    ]


def _one_start(agendas: Sequence[Agenda]) -> list[Figure]:
    """The answers about one start, and the reasons of a whole month, to a question already asked."""
    who, answer = _named(agendas), ask(question(), _prepare(agendas))
    free = answer.next_after(NOW + timedelta(days=7))
    assert free is not None
    taken = free.replace(hour=3)
    return [
        measure(f"{who}: a free start is decided", lambda: answer.decide(free)),
        measure(f"{who}: a start is refused, with all reasons", lambda: answer.decide(taken)),
        measure(f"{who}: the 3 slots nearest to a start", lambda: answer.nearest(taken, 3)),
        measure(f"{who}: what every rule took of the month", lambda: answer.effects(MONTH)),
    ]


def _preparing(everybody: Sequence[Agenda]) -> list[Figure]:
    turn = count()
    each = measure("1 agent: prepared", lambda: prepare(everybody[next(turn) % len(everybody)], SPAN))
    return [each, measure_once_each("1000 agents: prepared", lambda: everybody, _prepare, times=3)]


def _prepare(agendas: Sequence[Agenda]) -> list[Timeline]:
    return [prepare(agenda, SPAN) for agenda in agendas]


def _prepare_anew(agendas: Sequence[Agenda]) -> list[Timeline]:
    """With nothing left of the hours that were prepared, and asked about, earlier."""
    opening.cache_clear()
    return _prepare(agendas)


def _named(agendas: Sequence[Agenda]) -> str:
    return "1 agent" if len(agendas) == 1 else f"{len(agendas)} agents"
