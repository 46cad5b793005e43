"""Content templates: what an organization's letters and calendar entries say, where it wants other words than the usual
ones. A text is of an occasion, an audience, a language and, if it is not for all of them, a meeting type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from tortoise import fields
from tortoise.queryset import QuerySet

from models.actor import Actor, AgentActor
from models.base import Edited
from models.words import Audience, MeetingType, Occasion, Role
from providers.mail.defaults import default_wording
from providers.mail.languages import LANGUAGES
from providers.mail.occasions import readers_of
from providers.mail.variables import variables_of
from providers.mail.wordings import Wording

_FIRST_DEFAULT = 2**62
"""From here on, ids are those of the usual texts, which are no rows."""


class ContentTemplate(Edited):
    """`language` is a tag in lower case. Of the same occasion, audience, language and type there is one."""

    occasion = fields.CharEnumField(Occasion, max_length=25)
    audience = fields.CharEnumField(Audience, max_length=10)
    language = fields.CharField(max_length=35)
    meeting_type = fields.CharEnumField(MeetingType, max_length=10, null=True)
    subject = fields.TextField()
    body = fields.TextField()

    class Meta:
        table = "content_template"

    is_default = False

    @classmethod
    def visible_to(cls, actor: Actor) -> QuerySet[ContentTemplate]:
        """To administrators, those of their organization."""
        if isinstance(actor, AgentActor) and actor.agent.role is Role.ADMINISTRATOR:
            return cls.filter(organization_id=actor.organization_id)
        return cls.filter(id__in=[])

    @property
    def wording(self) -> Wording:
        return Wording(subject=self.subject, body=self.body)

    @property
    def variables(self) -> tuple[str, ...]:
        return variables_of(self.occasion, self.audience)


@dataclass(frozen=True, slots=True)
class DefaultTemplate:
    """A usual text: it is the same in every organization, and stays as it is."""

    occasion: Occasion
    audience: Audience
    language: str
    version: int = 1
    meeting_type: MeetingType | None = None
    is_default: bool = True

    @property
    def id(self) -> int:
        """The same in every installation and version."""
        named = f"{self.occasion}/{self.audience}/{self.language}".encode()
        return _FIRST_DEFAULT + int.from_bytes(blake2b(named, digest_size=7).digest())

    @property
    def wording(self) -> Wording:
        return default_wording(self.occasion, self.audience, language=self.language)

    @property
    def subject(self) -> str:
        return self.wording.subject

    @property
    def body(self) -> str:
        return self.wording.body

    @property
    def variables(self) -> tuple[str, ...]:
        return variables_of(self.occasion, self.audience)


Template = ContentTemplate | DefaultTemplate


@cache
def default_templates() -> dict[int, DefaultTemplate]:
    """All usual texts by their ids, occasion by occasion."""
    every = (
        DefaultTemplate(occasion, audience, language)
        for occasion in Occasion
        for audience in readers_of(occasion)
        for language in LANGUAGES
    )
    return {one.id: one for one in every}


async def templates_of(
    actor: AgentActor, *, occasion: Occasion | None = None, language: str | None = None
) -> list[Template]:
    """What is said in the organization: its own texts, and the usual ones where it has none for every meeting type."""
    rows = ContentTemplate.visible_to(actor)
    if occasion is not None:
        rows = rows.filter(occasion=occasion)
    own = [one for one in await rows.order_by("id") if language is None or one.language == language.lower()]
    replaced = {(one.occasion, one.audience, one.language) for one in own if one.meeting_type is None}
    usual = [
        one
        for one in default_templates().values()
        if occasion in (None, one.occasion)
        and (language is None or one.language == language.lower())
        and (one.occasion, one.audience, one.language) not in replaced
    ]
    order = list(Occasion)
    return sorted(
        [*own, *usual], key=lambda one: (order.index(one.occasion), one.language, one.audience, one.id)
    )
