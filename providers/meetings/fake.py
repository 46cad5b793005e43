"""An account at a provider of calls, in memory, that can be down, refuse, or lose its answer, as real ones do."""

from dataclasses import replace

from errors import ProviderDown, ProviderError, ProviderRejected
from providers.meetings.protocol import CallWish, ProvidedCall


class FakeCalls:
    """Keeps the calls there are, by their ids, as they are wanted; and what it was asked, refused or not."""

    def __init__(self) -> None:
        self.calls: dict[str, CallWish] = {}
        self.asked: list[str] = []
        self._trouble: ProviderError | None = None
        self._loses_answers = False

    def go_down(self, *, retry_after_seconds: float | None = None) -> None:
        self._trouble = ProviderDown("The provider is down.", retry_after_seconds=retry_after_seconds)

    def reject(self, message: str = "The provider refuses.") -> None:
        self._trouble = ProviderRejected(message)

    def lose_answers(self) -> None:
        """Do what is asked, and not answer."""
        self._loses_answers = True

    def recover(self) -> None:
        self._trouble, self._loses_answers = None, False

    async def make(self, wish: CallWish) -> ProvidedCall:
        self._hear("make")
        id = f"call-{wish.key}"
        self.calls.setdefault(id, wish)
        return self._answer(id)

    async def move(self, id: str, wish: CallWish) -> ProvidedCall:
        self._hear("move")
        if id not in self.calls:
            raise ProviderRejected("There is no such call.")
        self.calls[id] = replace(self.calls[id], start=wish.start, end=wish.end)
        return self._answer(id)

    async def drop(self, id: str) -> None:
        self._hear("drop")
        self.calls.pop(id, None)
        self._lose()

    def _hear(self, deed: str) -> None:
        self.asked.append(deed)
        if self._trouble is not None:
            raise self._trouble

    def _lose(self) -> None:
        if self._loses_answers:
            raise ProviderDown("The answer was lost.")

    def _answer(self, id: str) -> ProvidedCall:
        self._lose()
        start = self.calls[id].start.timestamp()
        password = f"secret-of-{id[-4:]}" if self.calls[id].has_password else None
        return ProvidedCall(id, f"https://calls.example/{id}?from={start:.0f}", password, "+39 06 555 0100")
