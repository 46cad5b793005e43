"""Among whom what is told of an event may be shared: declared field by field in schema/, and kept with the event.

A field that declares nothing is worked out for each subscriber alone. One may be declared that depends on nothing but
the row, the clock, and what `scope` of an execution's context says of the viewer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from realtime.outlet import Outlet


class Shared(IntEnum):
    """The narrower is the lesser."""

    OWN = 1
    """The same wherever one viewer looks, on whatever device: such as how much they have not read."""

    PEERS = 2
    """The same for all viewers who see everything in the same way: who they are, the context says."""

    COLLEAGUES = 3
    """The same for all agents of an organization who have the same role, whatever is theirs: who is at their desk, for
    one. A guest shares it with themselves."""

    ALL = 4
    """The same for everybody who is told of the event at all: it has all that is told of it, and no viewer is asked."""


METADATA: Final = "shared"
"""Under this, a field's metadata say among whom it is shared. A class attribute of this name says it of a type's plain
attributes, those that show a row's own without a resolver."""

Renderings: TypeAlias = dict[Any, Any]
"""What was made of an event, by what it was made for; it lives as long as the event does, so that nothing is to be
evicted."""


class Scoped(ABC):
    """A context that says for whom it is. That in which a subscription begins has the `outlet` by which those who share
    its events may be told of one directly."""

    outlet: Outlet | None = None

    @abstractmethod
    def scope(self, among: Shared) -> Hashable | None:
        """Equal for all viewers to whom a field so declared shows the same; None for one who shares with nobody."""
