"""A bus that does to hints what networks do: loses them, doubles them, and mixes them up."""

import random
from collections.abc import Sequence

from realtime.bus import MemoryBus
from realtime.events import Hint


class FaultyBus(MemoryBus):
    """Publishes hints as its dice say. What it holds back comes later, out of order, or not at all."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._dice = dice
        self._held: list[Hint] = []

    async def publish(self, hints: Sequence[Hint]) -> None:
        for hint in hints:
            fate = self._dice.choice(["send", "lose", "double", "hold", "release"])
            if fate == "hold":
                self._held.append(hint)
            elif fate == "release":
                self._dice.shuffle(self._held)
                await super().publish([hint, *self._held])
                self._held.clear()
            elif fate != "lose":
                await super().publish([hint] * (2 if fate == "double" else 1))
