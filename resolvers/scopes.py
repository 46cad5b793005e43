"""Who sees the same: what resolvers read of a viewer, so that those in whom it is equal may share one execution.

Whoever adds something to an actor that a resolver or a scope of rows reads adds it here.
"""

from __future__ import annotations

from collections.abc import Hashable

from models.actor import Actor, AgentActor, GuestActor, SignedInGuest
from realtime.sharing import Shared


def scope_of(actor: Actor, among: Shared) -> Hashable | None:
    """Those who oversee an organization see all of it alike, in one role: it decides what they may and what is masked
    from them; and so do colleagues with what goes by the role alone. What another agent or a guest sees goes by who
    they are: they share with themselves alone, on whatever devices. What is the same for all goes by nobody."""
    if among is Shared.ALL:
        return ("all",)
    match actor:
        case AgentActor(agent=agent, key_id=key_id):
            is_alike = among is Shared.COLLEAGUES or (actor.sees_all and among is Shared.PEERS)
            own = None if is_alike else agent.id
            return "agent", agent.organization_id, agent.role, own, key_id
        case SignedInGuest():
            return "signed in", *_guest(actor), actor.email
        case GuestActor():
            return "guest", *_guest(actor)
        case _:
            return None


def _guest(guest: GuestActor) -> tuple[Hashable, ...]:
    """All that there is of them."""
    return (
        guest.organization_id,
        guest.contact.id,
        guest.contact_ids,
        guest.meeting_id,
        guest.conversation_id,
        guest.is_verified,
        guest.member_id,
        guest.link_id,
    )
