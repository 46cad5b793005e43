"""What mails and calendar entries say."""

from __future__ import annotations

import strawberry

from models.letter import template
from models.words import Audience, MeetingType, Occasion
from schema.node import Node, UserError
from schema.scalars import Locale


@strawberry.type(
    description="The words of a letter, or of a calendar entry: one for each occasion, audience, language and, where"
    " it is not for all, meeting type. Of every occasion there is a usual text in en, it, de, fr and es; a text of the"
    " organization's own goes before it. A reader's languages count in turn, each also without its region, then the"
    " organization's locale, then English."
)
class ContentTemplate(Node):
    rows = (template.ContentTemplate, template.DefaultTemplate)
    version: int
    occasion: Occasion
    audience: Audience
    language: Locale
    meeting_type: MeetingType | None = strawberry.field(description="Null: of every type.")
    subject: str
    body: str
    variables: list[str] = strawberry.field(description="All that subject and body may name.")
    is_default: bool = strawberry.field(description="A usual text, which stays as it is.")


@strawberry.type(description="What would be sent. Its links lead nowhere.")
class ContentPreview:
    subject: str
    body: str = strawberry.field(description="As text.")
    html: str = strawberry.field(description="As a page.")
    unknown_variables: list[str] = strawberry.field(
        description="Those that there are not: with any of them, the template is not kept."
    )


@strawberry.type
class ContentTemplatePayload:
    template: ContentTemplate | None
    errors: list[UserError]
