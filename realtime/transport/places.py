"""How much of something each may have at once, counted as it is taken and given back."""

from collections import Counter
from collections.abc import Callable

from errors import RateLimited


class Places:
    """`what` is taken, in the words of the refusal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._taken: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many are taken, by whomever."""
        return self._taken.total()

    def take(self, holder: str, *, limit: int) -> Callable[[], None]:
        """Take one for the holder; called, what comes back gives it back, once. Refuses RateLimited at the limit."""
        if self._taken[holder] >= limit:
            raise RateLimited(f"Too many {self._what}: at most {limit} at once.")
        self._taken[holder] += 1
        taken = [holder]

        def give_back() -> None:
            if taken:
                self._give_back(taken.pop())

        return give_back

    def _give_back(self, holder: str) -> None:
        self._taken[holder] -= 1
        if not self._taken[holder]:
            del self._taken[holder]
