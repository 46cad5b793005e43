"""Administrators say which templates agents may write by; all else of them is the provider's."""

from __future__ import annotations

from models.actor import AgentActor
from models.channel.connecting import check_administrator
from models.channel.template import MessageTemplate
from models.register import Register

TEMPLATES = Register(MessageTemplate, "template", "templateId")


async def update_template(
    template_id: int, *, actor: AgentActor, available_for_agents: bool, expected_version: int | None = None
) -> MessageTemplate:
    """Say whether agents may write by it. Refuses NotAllowed, NotFound and Stale."""
    check_administrator(actor)
    return await TEMPLATES.change(
        template_id,
        {"available_for_agents": available_for_agents},
        actor=actor,
        expected_version=expected_version,
    )
