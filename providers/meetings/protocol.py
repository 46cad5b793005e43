"""What every provider of calls can be asked, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWish:
    """The call that is wanted. Whoever asks twice with the same `key`, 32 random letters and digits, gets one call.
    `has_password` counts where the provider's calls have passwords."""

    key: str
    title: str
    start: datetime
    end: datetime
    has_password: bool = False


@dataclass(frozen=True, slots=True)
class ProvidedCall:
    """A call that can be joined. `id` is what the provider knows it by."""

    id: str
    join_url: str
    password: str | None = None
    dial_in: str | None = None


class Calls(Protocol):
    """An account at a provider of calls. Everything raises ProviderDown or ProviderRejected."""

    async def make(self, wish: CallWish) -> ProvidedCall:
        """Have the call be there; where it is already, because an answer was lost, that one."""
        ...

    async def move(self, id: str, wish: CallWish) -> ProvidedCall:
        """Have a call that was made be at the wish's time; how it is joined may have changed."""
        ...

    async def drop(self, id: str) -> None:
        """Have the call be gone; one that is gone already is."""
        ...
