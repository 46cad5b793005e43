"""Content templates: what mails and calendar entries say. For administrators."""

from __future__ import annotations

from strawberry import UNSET

from errors import BadRequest, Forbidden, Invalid, NotFound
from models.actor import AgentActor
from models.contact.masking import mask_for
from models.letter import templating
from models.letter.facts import Links
from models.letter.previewing import Draft, Preview, preview
from models.letter.template import ContentTemplate, Template, default_templates, templates_of
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.words import Audience, Occasion, Role
from providers.mail.defaults import default_wording
from providers.mail.languages import language_of
from providers.mail.wordings import Wording
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.content import (
    CreateContentTemplateInput,
    DeleteContentTemplateInput,
    Locale,
    PreviewContentTemplateInput,
    UpdateContentTemplateInput,
)

_KIND = "ContentTemplate"


async def content_templates(
    info: Info, occasion: Occasion | None = None, language: Locale | None = None
) -> list[Template]:
    """All that is said in the viewer's organization. Refuses Forbidden to who is no administrator."""
    return await templates_of(_administrator(info), occasion=occasion, language=language)


async def preview_content_template(info: Info, input: PreviewContentTemplateInput) -> Preview:
    """Refuses Forbidden to who is no administrator, and BadRequest for what cannot be shown."""
    actor = _administrator(info)
    organization = await Organization.get(id=actor.organization_id)
    links = Links(info.context.world.keys, info.context.world.public_url)
    try:
        draft = _draft(await _template(input.template_id, actor), input, organization, actor)
        meeting = await _meeting(input.meeting_id, actor)
        return await preview(draft, meeting, organization=organization, links=links)
    except (Invalid, NotFound) as refused:
        raise BadRequest(refused.message) from None


@refusals_as_values
async def create_content_template(info: Info, input: CreateContentTemplateInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createContentTemplate", input, organization_id=actor.organization_id)
    template = await templating.create_content_template(
        actor=actor,
        occasion=input.occasion,
        audience=input.audience,
        language=input.language,
        meeting_type=input.meeting_type,
        wording=Wording(subject=input.subject, body=input.body),
        once=once,
    )
    return Payload(template=template)


@refusals_as_values
async def update_content_template(info: Info, input: UpdateContentTemplateInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.template_id, _KIND, field=("templateId",))
    texts = given(input, without={"template_id"})
    return Payload(
        template=await templating.update_content_template(
            key, actor=actor, texts=texts, expected_version=input.expected_version
        )
    )


@refusals_as_values
async def delete_content_template(info: Info, input: DeleteContentTemplateInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.template_id, _KIND, field=("templateId",))
    await templating.delete_content_template(key, actor=actor, expected_version=input.expected_version)
    return Payload(deleted=True)


def _administrator(info: Info) -> AgentActor:
    actor = info.context.agent()
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators see what mails say.")
    return actor


async def _template(template_id: str | None, actor: AgentActor) -> Template | None:
    if template_id is None:
        return None
    key = ids.decode(template_id, _KIND)
    found = default_templates().get(key) or await ContentTemplate.visible_to(actor).filter(id=key).first()
    if found is None:
        raise NotFound("There is no such template.")
    return found


async def _meeting(meeting_id: str | None, actor: AgentActor) -> Meeting | None:
    if meeting_id is None:
        return None
    rows = Meeting.visible_to(actor).filter(id=ids.decode(meeting_id, "Meeting"))
    found = await rows.select_related("guest", "office").prefetch_related("agents", "attendees").first()
    if found is None:
        raise NotFound("There is no such meeting.")
    return found


def _draft(
    template: Template | None,
    input: PreviewContentTemplateInput,
    organization: Organization,
    actor: AgentActor,
) -> Draft:
    """What the input names, and of what it does not the template, or the confirmation that guests get."""
    occasion = template.occasion if template else input.occasion or Occasion.BOOKED
    audience = template.audience if template else input.audience or Audience.GUEST
    templating.check_place(occasion, audience, None)
    language = template.language if template else input.language or organization.locale
    known = language_of((language,)).tag
    usual = template.wording if template else default_wording(occasion, audience, language=known)
    return Draft(
        occasion=occasion,
        audience=audience,
        language=language,
        wording=Wording(
            subject=usual.subject if input.subject in (None, UNSET) else templating.subject(input.subject),
            body=usual.body if input.body in (None, UNSET) else templating.body(input.body),
        ),
        mask=mask_for(actor, organization.settings),
    )
