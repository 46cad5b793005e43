"""Contact lists: the groups of an organization's contacts, each with the fields that are kept of its contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tortoise import fields

from models.actor import AgentActor
from models.base import Edited
from models.words import Role

_ADDERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER})


class ContactList(Edited):
    """One list of each organization is its default, of every contact for whom none is named.

    It is there with the organization (see the migration of contact lists), and stays. What is kept of the contacts is
    told by `custom_fields`, as models/desk/listing.py stores them.
    """

    name = fields.CharField(max_length=200)
    is_default = fields.BooleanField(default=False)
    agents_can_add = fields.BooleanField(default=True)
    custom_fields = fields.JSONField[Sequence[dict[str, Any]]](default=list)

    class Meta:
        table = "contact_list"
        unique_together = (("organization_id", "name"),)

    def can_add(self, actor: AgentActor) -> bool:
        """Whether the actor may add contacts to the list."""
        return self.agents_can_add or actor.agent.role in _ADDERS
