"""Inputs about content templates."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from models.words import Audience, MeetingType, Occasion
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY
from schema.scalars import Locale as Locale

assert ENUMS  # they are told to Strawberry before any input names them

_SUBJECT = (
    "One line of at most 300 characters; of a CALENDAR_EVENT, its title. Names the occasion's `variables` like"
    " {{ title }}."
)
_BODY = (
    "Plain text of at most 10,000 characters, from which the HTML is made too: an empty line begins a paragraph, and a"
    " link on a line of its own becomes a button. {{ name }} stands for a variable, {% if name %} … {% else %} …"
    " {% endif %} chooses; there are the filters upper, lower, capitalize and trim, and nothing else of Jinja."
)
_TYPE = "Null: of every type. The text for the meeting's own type goes before it."
_LANGUAGE = "Readers of de-AT are told in de-at where there is such a text, then in de."


@strawberry.input(description="Says this in place of the usual text, from the next letter on.")
class CreateContentTemplateInput:
    occasion: Occasion
    audience: Audience
    language: Locale = strawberry.field(description=_LANGUAGE)
    meeting_type: MeetingType | None = strawberry.field(default=None, description=_TYPE)
    subject: str = strawberry.field(description=_SUBJECT)
    body: str = strawberry.field(description=_BODY)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed.")
class UpdateContentTemplateInput:
    template_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    subject: str | None = strawberry.field(default=UNSET, description=_SUBJECT)
    body: str | None = strawberry.field(default=UNSET, description=_BODY)


@strawberry.input(description="Goes back to the usual text.")
class DeleteContentTemplateInput:
    template_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input(
    description="Tries a template, or texts in its place, before they are kept. Without a template, `occasion`"
    " (BOOKED), `audience` (GUEST) and `language` (the organization's) say what the texts are for."
)
class PreviewContentTemplateInput:
    template_id: strawberry.ID | None = None
    meeting_id: strawberry.ID | None = strawberry.field(
        default=None, description="One that the viewer may see. Null: a meeting that nobody has."
    )
    subject: str | None = None
    body: str | None = None
    occasion: Occasion | None = None
    audience: Audience | None = None
    language: Locale | None = None
