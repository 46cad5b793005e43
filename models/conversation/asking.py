"""What conditions in SQL are told of who asks, as values: so that the statement stays the same one for all who ask
alike, which the database prepares once."""

from __future__ import annotations

from models.actor import Actor, AgentActor, GuestActor
from models.contact.contact import SAME

Asking = dict[str, int | list[int] | None]

SAME_CONTACTS = SAME.format(ids="%(contacts)s::bigint[]")
"""All contacts who the guest is, as `Contact.same_as` has it."""


def asking(actor: Actor) -> Asking:
    """The values of the placeholders `%(name)s`."""
    match actor:
        case AgentActor(agent=agent):
            return {"agent": agent.id, "organization": agent.organization_id}
        case GuestActor():
            return {
                "contacts": sorted(actor.contact_ids),
                "organization": actor.organization_id,
                "conversation": actor.conversation_id,
                "meeting": actor.meeting_id,
            }
        case _:
            return {}
