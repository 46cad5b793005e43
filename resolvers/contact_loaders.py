"""Loaders of what agents are told of contacts. Not remembered: the operation's next mutation may change it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from models.agent.agent import Agent
from models.contact.identity import ChannelIdentity
from models.contact.keeping import ContactTag
from models.contact.managing import managers_of
from models.desk.tag import Tag
from resolvers.batching import Loader, owned


class ContactLoaders:
    @cached_property
    def identities_of_contact(self) -> Loader[int, list[ChannelIdentity]]:
        async def load(ids: Sequence[int]) -> list[list[ChannelIdentity]]:
            rows = ChannelIdentity.filter(contact_id__in=list(ids)).order_by("id")
            return owned(await rows, "contact_id", ids)

        return Loader(load, cache=False)

    @cached_property
    def tags_of_contact(self) -> Loader[int, list[Tag]]:
        """By name."""

        async def load(ids: Sequence[int]) -> list[list[Tag]]:
            rows = ContactTag.filter(contact_id__in=list(ids)).select_related("tag")
            tagged = owned(await rows.order_by("tag__name", "id"), "contact_id", ids)
            return [[one.tag for one in of_one] for of_one in tagged]

        return Loader(load, cache=False)

    @cached_property
    def managers_of_contact(self) -> Loader[int, list[Agent]]:
        """Those who are still there, by name."""

        async def load(ids: Sequence[int]) -> list[list[Agent]]:
            managers = await managers_of(ids)
            wanted = {agent for agents in managers.values() for agent in agents}
            rows = Agent.filter(id__in=list(wanted), deleted_at__isnull=True).order_by("name", "id")
            there = await rows if wanted else []
            return [[agent for agent in there if agent.id in managers[id]] for id in ids]

        return Loader(load, cache=False)
