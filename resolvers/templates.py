"""Day templates."""

from __future__ import annotations

from strawberry import UNSET

from errors import Invalid, NotFound
from models.agent import templating
from models.agent.template import UNAVAILABLE, BuiltIn, DayTemplate
from models.windows import windows
from resolvers import ids
from resolvers.context import Info
from resolvers.given import given
from resolvers.hours import OpenWindow, check_sets_hours, shown, whose_hours, windows_of
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.hours import CreateDayTemplateInput, DeleteDayTemplateInput, UpdateDayTemplateInput


def windows_of_template(root: DayTemplate | BuiltIn) -> list[OpenWindow]:
    return shown(windows(root.windows))


@refusals_as_values
async def create_day_template(info: Info, input: CreateDayTemplateInput) -> Payload:
    agent = await whose_hours(info, input.agent_id)
    once = once_of(info.context, "createDayTemplate", input, organization_id=agent.organization_id)
    hours = windows_of(input.windows)
    return Payload(
        template=await templating.create_day_template(
            agent, name=input.name, hours=hours, once=once, actor=info.context.agent()
        )
    )


@refusals_as_values
async def update_day_template(info: Info, input: UpdateDayTemplateInput) -> Payload:
    template = await _whose_template(info, input.template_id)
    given(input)
    return Payload(
        template=await templating.update_day_template(
            template,
            expected_version=input.expected_version,
            name=None if input.name is UNSET else input.name,
            hours=None if input.windows in (None, UNSET) else windows_of(input.windows or ()),
            actor=info.context.agent(),
        )
    )


@refusals_as_values
async def delete_day_template(info: Info, input: DeleteDayTemplateInput) -> Payload:
    template = await _whose_template(info, input.template_id)
    await templating.delete_day_template(
        template, expected_version=input.expected_version, actor=info.context.agent()
    )
    return Payload(deleted=True)


async def _whose_template(info: Info, template_id: str) -> DayTemplate:
    """A template that the viewer may change; refuses NotFound, NotAllowed, and Invalid for the built-in one."""
    key = ids.decode(template_id, "DayTemplate", field=("templateId",))
    own = info.context.agent().organization_id
    if key == UNAVAILABLE.id:
        raise Invalid("The built-in template stays as it is.", field=("templateId",))
    found = await DayTemplate.filter(id=key, organization_id=own).select_related("agent").first()
    if found is None:
        raise NotFound("There is no such day template.", field=("templateId",))
    await check_sets_hours(info, found.agent)
    return found
