"""To which agents of its service a meeting is shown that nobody has yet."""

from __future__ import annotations

from tortoise.expressions import RawSQL

from models.agent.agent import Agent

# What somebody has is shown, and what nobody has yet if it is to be.
_SHOWN = """
(EXISTS (SELECT FROM meeting_agent given WHERE given.meeting_id = "meeting"."id") OR ({spoken} AND EXISTS (
    SELECT FROM organization o WHERE o.id = "meeting"."organization_id"
        AND (o.stored_settings -> 'show_unassigned_meetings') IS DISTINCT FROM 'false'::jsonb
)))
"""


def shown_to(agent: Agent) -> RawSQL:
    """Who does not say which languages they speak is shown what is in any."""
    tongues = [tongue for tongue in sorted(agent.tongues) if tongue.isascii() and tongue.isalpha()]
    spoken = ", ".join(f"'{tongue}'" for tongue in tongues)
    language = """lower(split_part("meeting"."language", '-', 1))"""
    return RawSQL(_SHOWN.format(spoken=f"{language} IN ({spoken})" if spoken else "TRUE"))
