"""The one question to the one engine: listing, booking and rescheduling all ask it here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from errors import OutsideAvailability, TimeRefused
from models.actor import Public
from models.agent.agent import Agent
from models.availability.memory import Kept
from models.availability.pool import Pool, pool
from models.availability.questions import Posed, pose, within_minute
from models.availability.request import Request as Request
from models.availability.sight import NOTHING, Sight, look, seen
from models.availability.target import Target
from models.availability.timelines import Prepared, timelines
from models.availability.turns import with_turns
from models.changes import catalogue_of, claims_of, groups_of, link_of, pool_of, time_of
from scheduling.availability import Availability, Decision, SlotDay, SlotTexts, ask
from scheduling.hours import Dates
from scheduling.prepared import OfficeTimeline, prepare_office
from scheduling.rules import Rule
from scheduling.timeline import Span

ALTERNATIVES = 3
# Of one answer, lists of so many ranges of dates; in each, so many bytes for each slot.
_LISTS, _LISTED = 8, 32
# An answer's masks beside one for each agent.
_MASKS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine says, and the agents who were named: it is about those of them who could have the meeting.

    The same for everybody who asks the same, from `since` until `until`, as long as none of its `topics` changes.
    """

    availability: Availability
    pool: Pool
    since: datetime | None = None
    until: datetime | None = None
    topics: frozenset[str] = NOTHING
    _lists: dict[Dates, tuple[SlotTexts, ...]] = field(default_factory=dict, repr=False)

    def holds(self, now: datetime) -> bool:
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)

    def decide(self, start: datetime) -> tuple[Decision, list[Agent]]:
        """The decision on a start and the agents who could be given it, in order of preference.

        Raises the refusal, with the nearest bookable slots, where the start cannot be had.
        """
        decision = self.availability.decide(start)
        refused = decision.refused
        if refused is not None:
            if decision.reason is Rule.HOURS and not self.availability.candidates:
                refused = OutsideAvailability("There is nobody here who can be booked for this.")
            raise self.with_alternatives(refused, start)
        # Who holds a group meeting that is joined need not be named any more.
        return decision, [self.pool.named[id][0] for id in decision.agents if id in self.pool.named]

    def with_alternatives(self, refused: TimeRefused, start: datetime) -> TimeRefused:
        """The refusal, with the bookable slots nearest to the wanted start."""
        refused.field = ("start",)
        refused.alternatives = self.availability.nearest(start, ALTERNATIVES)
        return refused

    def days(self, asked: Dates) -> tuple[SlotDay, ...]:
        """The slots of the asked dates."""
        return self.availability.days(asked)

    def texts(self, asked: Dates) -> tuple[SlotTexts, ...]:
        """The slots of the asked dates, as texts in columns: the same list each time it is asked for."""
        found = self._lists.get(asked)
        if found is None:
            if len(self._lists) >= _LISTS:
                self._lists.clear()
            found = self._lists[asked] = self.availability.texts(asked)
        return found


async def ask_engine(
    request: Request, *, now: datetime, sight: Sight | None = None, turns: bool = True
) -> Answer:
    """Ask the engine about the request, out of the rows as they are now, or as whoever has the `sight` saw them.

    With `turns` a service's agents are in order of whose turn it is, which changes with every booking. What is only
    listed or explained does without, and is worked out once a minute as long as nothing changes.
    """
    sight = await seen(sight)
    if turns or sight.is_inside or request.moved_id is not None:
        return (await _answer(request, sight, now=now, turns=turns)).value
    minute = within_minute(now)
    sight.memory.turn(str(minute))

    async def answer(keys: Sequence[Hashable]) -> dict[Hashable, Kept[Answer]]:
        kept = await _answer(request, sight, now=now, turns=False)
        return dict.fromkeys(keys, replace(kept, topics=kept.topics | {str(minute)}))

    # Who asks does not matter, but that agents are told of other times than everybody else.
    key: Hashable = (Answer, minute, request.by_agent, replace(request, actor=Public()))
    return (await sight.recall_each([key], answer, fits=lambda one: one.holds(now)))[key]


async def ask_for_each(requests: Sequence[tuple[Request, datetime]]) -> list[Answer]:
    """Ask the engine about each request, as of its own now, with one look, and with the time of all their agents read
    together. They are for agents who are named."""
    sight = await look()
    asked = [await _asked(request, sight, now=now) for request, now in requests]
    known = await _known(asked, sight, now=max(now for _, now in requests))
    return [(await _answered(one, known[number], sight)).value for number, one in enumerate(asked)]


async def _answer(request: Request, sight: Sight, *, now: datetime, turns: bool) -> Kept[Answer]:
    """The answer, and all that it depends on."""
    asked = await _asked(request, sight, now=now)
    [known] = await _known([asked], sight, now=now)
    return await _answered(asked, known, sight, turns=turns)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, who could have the meeting, and the question that it comes to."""

    target: Target
    pool: Pool
    agents: Sequence[Agent]
    posed: Posed
    span: Span

    @property
    def of_time(self) -> tuple[Span, bool]:
        """What of its agents' time is to be known: over which span, and whether by their calendars."""
        return self.span, self.target.organization.settings.compute_availability_from_calendars


async def _asked(request: Request, sight: Sight, *, now: datetime) -> _Asked:
    named = await pool(request.target, sight=sight)
    posed = await pose(request, sight, members=named.members, now=now)
    agents = [agent for agent, _ in named.candidates.values()]
    return _Asked(request.target, named, agents, posed, posed.question.span())


async def _known(asked: Sequence[_Asked], sight: Sight, *, now: datetime) -> list[list[Prepared]]:
    """The time of each one's agents, which is read together where it is of one kind."""
    wanted: dict[tuple[Span, bool], dict[int, Agent]] = defaultdict(dict)
    for one in asked:
        wanted[one.of_time].update((agent.id, agent) for agent in one.agents)
    found = {}
    for (span, by_calendars), agents in wanted.items():
        known = await timelines(sight, agents.values(), span=span, by_calendars=by_calendars, now=now)
        found[span, by_calendars] = dict(zip(agents, known, strict=True))
    return [[found[one.of_time][agent.id] for agent in one.agents] for one in asked]


async def _answered(
    asked: _Asked, known: Sequence[Prepared], sight: Sight, *, turns: bool = False
) -> Kept[Answer]:
    target, posed, span = asked.target, asked.posed, asked.span
    theirs = [one.timeline for one in known]
    if turns and target.service is not None:
        theirs = await with_turns(target.service, theirs)
    availability = ask(posed.question, theirs, office=await _office(target, sight, span))
    since = max((since for since in (posed.since, *(one.since for one in known)) if since), default=None)
    until = min((until for until in (posed.until, *(one.until for one in known)) if until), default=None)
    size = (len(known) + _MASKS) * span.minutes // 8 + _LISTS * _LISTED * availability.listed.bit_count()
    topics = _topics(target, asked.agents)
    return Kept(Answer(availability, asked.pool, since, until, topics), topics, size)


async def _office(target: Target, sight: Sight, span: Span) -> OfficeTimeline | None:
    if target.office is None:
        return None
    office = target.office.agenda()

    async def read() -> Kept[OfficeTimeline]:
        return Kept(prepare_office(office, span), frozenset(), size=3 * span.minutes // 8)

    return await sight.recall((office, span), read)


def _topics(target: Target, agents: Iterable[Agent]) -> frozenset[str]:
    organization, service, link = target.organization.id, target.service, target.link
    topics = {catalogue_of(organization), groups_of(organization)}
    topics |= {topic for agent in agents for topic in (time_of(agent.id), claims_of(agent.id))}
    if service is not None:
        topics.add(pool_of(service.id))
    if link is not None:
        topics.add(link_of(link.id))
    return frozenset(topics)
