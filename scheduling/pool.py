"""Meetings of a service that nobody was given yet: each takes, of those who are free, one."""

from collections.abc import Iterable
from dataclasses import dataclass

from scheduling.question import Question
from scheduling.timeline import Span, count


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """As many agents as the meetings without one will take, each as a mask of the starts at which they are `spare`.

    They are counted among those who are free at a start, and that many more have to be free at it. So a start at
    which two of the meetings take place lacks two.
    """

    spare: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        return len(self.spare)

    def count(self, starts: Iterable[int]) -> tuple[int, ...]:
        """How many are free, `size` too many, out of the starts of each agent; bit-sliced."""
        return count([*starts, *self.spare])


NOBODY = Pool()


def pool_of(question: Question, span: Span) -> Pool:
    """The fewest agents who could take the meetings: those that do not overlap take one and the same."""
    if not question.pooled:
        return NOBODY
    taken: list[list[tuple[int, int]]] = []
    for start, end in sorted(_overlapping(question, span)):
        free = next((one for one in taken if one[-1][1] <= start), None)
        if free is None:
            taken.append([(start, end)])
        else:
            free.append((start, end))
    return Pool(tuple([span.full ^ span.mask(one) for one in taken]))


def _overlapping(question: Question, span: Span) -> Iterable[tuple[int, int]]:
    """For each meeting, from which start to which a new one's claimed time would overlap its own."""
    before = question.buffer_before_minutes
    after = question.claimed_minutes - before
    for one in question.pooled:
        if not one.is_empty:
            yield span.floor(one.start) - after + 1, span.ceil(one.end) + before
