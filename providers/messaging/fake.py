"""An account at a provider of messages, in memory, that can be down or refuse, as real ones do."""

from __future__ import annotations

from errors import ProviderDown, ProviderError, ProviderRejected
from providers.messaging.protocol import ProvidedTemplate


class FakeMessages:
    """Has the templates that a test puts there, and counts how often it was asked, refused or not."""

    def __init__(self) -> None:
        self.templates: list[ProvidedTemplate] = []
        self.asked = 0
        self._trouble: ProviderError | None = None

    def go_down(self, *, retry_after_seconds: float | None = None) -> None:
        self._trouble = ProviderDown("The provider is down.", retry_after_seconds=retry_after_seconds)

    def reject(self, message: str = "The provider refuses.") -> None:
        self._trouble = ProviderRejected(message)

    def recover(self) -> None:
        self._trouble = None

    async def list_templates(self) -> list[ProvidedTemplate]:
        self.asked += 1
        if self._trouble is not None:
            raise self._trouble
        return list(self.templates)
