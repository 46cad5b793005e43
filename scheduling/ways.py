"""The ways in which a meeting can come about: a new one with agents who are free, or a group meeting that exists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from scheduling.candidates import Candidate, candidates
from scheduling.checks import shared_by_zone
from scheduling.groups import Hosts, hosted_by_agent, hosts_of, joinable_by_agent, seats_by_start
from scheduling.pool import Pool, pool_of
from scheduling.prepared import OfficeTimeline, Timeline
from scheduling.question import Question
from scheduling.rules import Rule
from scheduling.timeline import Span, at_least, count, counts_at


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Who could be given a new meeting, what meetings without an agent take of them, and whom a guest could join.

    `counts` are the candidates who are free at each start, the pool's among them; `new` are the starts of new
    meetings, and `joinable` those of meetings to join.
    """

    question: Question
    span: Span
    candidates: tuple[Candidate, ...]
    hosts: tuple[Hosts, ...]
    pool: Pool
    counts: tuple[int, ...]
    new: int
    joinable: int

    @property
    def listed(self) -> int:
        return self.new | self.joinable

    @property
    def needed(self) -> int:
        """How many agents a new meeting takes."""
        return self.question.team.meeting_agents(len(self.candidates))

    @property
    def share(self) -> int:
        """How many must be free for a new meeting to be offered: at least as many as it takes."""
        return self.question.team.free_agents(len(self.candidates))

    def enough(self, left: Iterable[int], *, rule: Rule) -> int:
        """The minutes at which enough agents are left for a new meeting, by the rules up to this one."""
        masks, full = list(left), self.span.full
        alone = count(masks)
        wanted = self.share if rule.rank >= Rule.AVAILABILITY_PERCENT.rank else self.needed
        enough = at_least(alone, wanted, full=full)
        if self.pool.size and rule.rank >= Rule.MEETING.rank:
            # Where too few are free even without them, the meetings that have no agent are not the reason.
            pooled = at_least(self.pool.count(masks), self.share + self.pool.size, full=full)
            enough &= pooled | (full ^ at_least(alone, self.share, full=full))
        return enough

    def agent_counts(self, starts: Sequence[int]) -> list[int]:
        """How many agents could be given a meeting at each of the listed starts."""
        if not self.hosts and not self.pool.size:
            # Where one agent is all there is, a listed start has one.
            return counts_at(self.counts, starts) if len(self.candidates) > 1 else [1] * len(starts)
        counts = self._counts_with_joiners() if self.hosts else self.counts
        return [found - self.pool.size for found in counts_at(counts, starts)]

    def seats_left(self, starts: Sequence[int]) -> list[int]:
        """The most seats that one booking could have at each of the listed starts."""
        offered = self.question.seats_offered
        if not self.joinable:
            return [offered] * len(starts)
        left = seats_by_start(self.hosts)
        for index in left:
            if self.new >> index & 1:
                left[index] = max(left[index], offered)
        return [left.get(index, offered) for index in starts]

    def _counts_with_joiners(self) -> tuple[int, ...]:
        joined, other = joinable_by_agent(self.hosts), self.span.full ^ self.new
        masks = [one.starts & self.new | joined.get(one.agent, 0) for one in self.candidates]
        return count([*masks, *(spare | other for spare in self.pool.spare)])


def ways_of(
    question: Question, timelines: Sequence[Timeline], *, office: OfficeTimeline | None, span: Span
) -> Ways:
    """The ways to a meeting like the one asked for, with agents who were all prepared over the span."""
    shared = shared_by_zone(question, span=span, office=office)
    hosts = hosts_of(question, timelines, span=span, shared=shared)
    asked = candidates(question, timelines, shared=shared, hosted=hosted_by_agent(hosts))
    pool = pool_of(question, span)
    counts = pool.count(one.starts for one in asked)
    needed, share = question.team.meeting_agents(len(asked)), question.team.free_agents(len(asked))
    new = at_least(counts, needed + pool.size, full=span.full)
    if share > needed:
        free = pool.count(one.free for one in asked)
        new &= at_least(free, share + pool.size, full=span.full)
    return Ways(question, span, asked, hosts, pool, counts, new, reduce(or_, [one.starts for one in hosts], 0))
