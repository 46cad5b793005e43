"""Lists that know their objects column by column: hundreds of rows go to a client without an object made for each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

ByName: TypeAlias = Callable[[str], Sequence[Any] | None]
"""The column of a field, by the field's Python name, with one value for each object; None where there is none.

Its values are leaf values just as clients are told them, never null where the field cannot be; or, for a field that is
itself a list of objects, one ByName for each object.
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a resolver returns for a list of objects.

    `by_name` has to say the same as the objects that `rows` makes would, resolved and serialised: those are read
    wherever a field is selected that has no column, takes arguments or needs a permission.
    """

    by_name: ByName
    rows: Callable[[], Iterable[Any]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows())
