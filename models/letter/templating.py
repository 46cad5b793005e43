"""Content templates are made, changed and deleted by administrators; what no letter could be made of is refused."""

from __future__ import annotations

from collections.abc import Mapping

from errors import Invalid, NotAllowed
from models import input
from models.actor import AgentActor
from models.idempotency import Once
from models.letter.sample import sample_words
from models.letter.template import ContentTemplate, default_templates
from models.register import Register
from models.transactions import Transaction
from models.words import Audience, MeetingType, Occasion, Role
from providers.mail.occasions import readers_of
from providers.mail.variables import is_of_meeting, needed_in, variables_of
from providers.mail.wordings import BadWording, Wording, render, unknown_variables

MOST_TEMPLATES = 1_000
LONGEST_SUBJECT = 300
LONGEST_BODY = 10_000
TEMPLATES = Register(ContentTemplate, "template", "templateId", unique_by="language")


async def create_content_template(
    *,
    actor: AgentActor,
    occasion: Occasion,
    audience: Audience,
    language: str,
    meeting_type: MeetingType | None,
    wording: Wording,
    once: Once | None = None,
) -> ContentTemplate:
    """Have the organization say this in place of the usual text, from the next letter on.
    Refuses NotAllowed to who is no administrator, and Invalid: an audience that is not told of the occasion, a text
    that there is already, or one that no letter could be made of.
    """
    _check_administrator(actor)
    check_place(occasion, audience, meeting_type)
    template = ContentTemplate(
        organization_id=actor.organization_id,
        occasion=occasion,
        audience=audience,
        language=input.locale(language, field=("language",)).lower(),
        meeting_type=meeting_type,
        **_checked(occasion, audience, {"subject": wording.subject, "body": wording.body}),
    )
    return await TEMPLATES.add(template, actor=actor, once=once, then=_check_number)


async def update_content_template(
    template_id: int, *, actor: AgentActor, texts: Mapping[str, str], expected_version: int | None = None
) -> ContentTemplate:
    """Change the texts (`subject`, `body`) that are given. Refuses NotAllowed, NotFound, Stale, and Invalid, also for a
    usual text."""
    _check_administrator(actor)
    _check_own(template_id)
    columns: dict[str, str] = {}

    async def check(tx: Transaction, row: ContentTemplate) -> None:
        columns.update(_checked(row.occasion, row.audience, texts))

    return await TEMPLATES.change(
        template_id, columns, actor=actor, expected_version=expected_version, check=check
    )


async def delete_content_template(
    template_id: int, *, actor: AgentActor, expected_version: int | None = None
) -> None:
    """Go back to the usual text. Refuses NotAllowed, NotFound, Stale, and Invalid for a usual text."""
    _check_administrator(actor)
    _check_own(template_id)
    await TEMPLATES.delete(template_id, actor=actor, expected_version=expected_version)


def check_text(text: str, *, known: tuple[str, ...], field: str) -> None:
    """Refuses Invalid, naming the field, for what is no template, and for variables that there are not."""
    try:
        unknown = unknown_variables(text, known=known)
    except BadWording as bad:
        raise Invalid(str(bad), field=(field,)) from None
    if unknown:
        raise Invalid(f"Unknown here: {', '.join(unknown)}. There are {', '.join(known)}.", field=(field,))


def check_place(occasion: Occasion, audience: Audience, meeting_type: MeetingType | None) -> None:
    """Refuses Invalid where nobody is told so."""
    if audience not in readers_of(occasion):
        told = ", ".join(readers_of(occasion))
        raise Invalid(f"Of {occasion} is told only: {told}.", field=("audience",))
    if meeting_type is not None and not is_of_meeting(occasion):
        raise Invalid("This occasion is of no meeting.", field=("meetingType",))


def subject(text: str) -> str:
    """A subject as it is kept; refuses Invalid."""
    return input.line(text, field=("subject",), most=LONGEST_SUBJECT)


def body(text: str) -> str:
    """A body as it is kept; refuses Invalid."""
    return input.text(text, field=("body",), most=LONGEST_BODY)


def _check_administrator(actor: AgentActor) -> None:
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise NotAllowed("Only administrators set up what mails say.")


def _check_own(template_id: int) -> None:
    if template_id in default_templates():
        raise Invalid("The usual text stays as it is: create one of your own.", field=("templateId",))


def _checked(occasion: Occasion, audience: Audience, texts: Mapping[str, str]) -> dict[str, str]:
    """The texts as they are kept."""
    known, kept = variables_of(occasion, audience), dict(texts)
    if "subject" in kept:
        kept["subject"] = subject(kept["subject"])
    if "body" in kept:
        kept["body"] = body(kept["body"])
    for name, text in kept.items():
        check_text(text, known=known, field=name)
        _check_rendering(text, occasion, audience, field=name)
    needed = needed_in(occasion)
    if needed is not None and "body" in kept and needed not in unknown_variables(kept["body"], known=()):
        raise Invalid(f"Without {{{{ {needed} }}}} this letter is of no use.", field=("body",))
    return kept


def _check_rendering(text: str, occasion: Occasion, audience: Audience, *, field: str) -> None:
    """Of facts as long as they can be, too."""
    try:
        said = render(Wording(subject=text, body=text), sample_words(occasion, audience))
    except BadWording as bad:
        raise Invalid(str(bad), field=(field,)) from None
    if not said.text:
        raise Invalid("This says nothing.", field=(field,))


async def _check_number(tx: Transaction, row: ContentTemplate) -> None:
    if await ContentTemplate.filter(organization_id=row.organization_id).count() > MOST_TEMPLATES:
        raise Invalid(f"An organization has at most {MOST_TEMPLATES} templates.")
