"""An account at a provider of messages, in memory, that can be down, refuse, or lose its answer, as real ones do."""

from __future__ import annotations

from errors import AnswerLost, ProviderDown, ProviderError, ProviderRejected, SenderRejected
from providers.messaging.protocol import ProvidedTemplate, TemplateMessage

_APPROVED = "APPROVED"


class FakeMessages:
    """Has the templates that a test puts there, and keeps what it has sent; counts how often it was asked, refused or
    not. Who is `unreachable` has no WhatsApp."""

    def __init__(self) -> None:
        self.templates: list[ProvidedTemplate] = []
        self.sent: list[TemplateMessage] = []
        self.unreachable: set[str] = set()
        self.asked = 0
        self._trouble: ProviderError | None = None
        self._loses_answers = False

    def go_down(self, *, retry_after_seconds: float | None = None) -> None:
        self._trouble = ProviderDown("The provider is down.", retry_after_seconds=retry_after_seconds)

    def reject(self, message: str = "The provider refuses.") -> None:
        self._trouble = ProviderRejected(message)

    def lock_out(self, message: str = "The provider refuses the account.") -> None:
        self._trouble = SenderRejected(message)

    def lose_answers(self) -> None:
        """Do what is asked, and not answer."""
        self._loses_answers = True

    def recover(self) -> None:
        self._trouble, self._loses_answers = None, False

    async def list_templates(self) -> list[ProvidedTemplate]:
        self._hear()
        return list(self.templates)

    async def send_template(self, message: TemplateMessage) -> str:
        self._hear()
        known = {one.id: one for one in self.templates if one.status == _APPROVED}
        template = known.get(message.template_id)
        if template is None or template.language != message.language:
            raise SenderRejected("There is no such template that is approved.")
        if tuple(message.values) != template.variables or not all(message.values.values()):
            raise ProviderRejected("The values are not those of the template.")
        if message.to in self.unreachable:
            raise ProviderRejected("Nobody has this number.")
        self.sent.append(message)
        if self._loses_answers:
            raise AnswerLost("The answer was lost.")
        return f"message-{len(self.sent)}"

    def _hear(self) -> None:
        self.asked += 1
        if self._trouble is not None:
            raise self._trouble
