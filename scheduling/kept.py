"""What is worked out once and kept."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Kept(dict[int, T]):
    """What `make` makes of each number that is looked up, up to `most` of them: then it begins anew.

    A hit is a look-up in a dict, which costs a third of a call, even of one that `lru_cache` answers.
    """

    def __init__(self, make: Callable[[int], T], *, most: int) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, number: int) -> T:
        if len(self) >= self._most:
            self.clear()
        made = self[number] = self._make(number)
        return made
