"""Queues: who is at their desk, what waits, what is offered to whom and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from models.agent.presence import AgentPresence
from models.conversation.offer import Offer, OfferRecipient
from models.queueing.counting import QueueCount, counts_of
from models.queueing.record import RoutingRecord
from models.words import OfferStatus, Presence
from resolvers.batching import Loader, by_id, owned


class QueueLoaders:
    """Whatever the operation's next mutation may change is not remembered."""

    @cached_property
    def presence_of_agent(self) -> Loader[int, Presence]:
        """Who works there no more is OFFLINE, whatever they have said."""

        async def load(ids: Sequence[int]) -> list[Presence]:
            rows = await AgentPresence.filter(agent_id__in=list(ids), agent__is_active=True)
            found = {row.agent_id: row.presence for row in rows}
            return [found.get(id, Presence.OFFLINE) for id in ids]

        return Loader(load, cache=False)

    @cached_property
    def count_of_service(self) -> Loader[int, QueueCount]:
        async def load(ids: Sequence[int]) -> list[QueueCount]:
            found = {count.service_id: count for count in await counts_of(ids)}
            return [found[id] for id in ids]

        return Loader(load, cache=False)

    @cached_property
    def offers(self) -> Loader[int, Offer | None]:
        return by_id(Offer)

    @cached_property
    def pending_offers_of_conversation(self) -> Loader[int, list[Offer]]:
        async def load(ids: Sequence[int]) -> list[list[Offer]]:
            rows = Offer.filter(conversation_id__in=list(ids), status=OfferStatus.PENDING)
            return owned(await rows.order_by("id"), "conversation_id", ids)

        return Loader(load, cache=False)

    @cached_property
    def recipients_of_offer(self) -> Loader[int, list[int]]:
        """The ids of the agents whom it was offered to."""

        async def load(ids: Sequence[int]) -> list[list[int]]:
            found: dict[int, list[int]] = defaultdict(list)
            for row in await OfferRecipient.filter(offer_id__in=list(ids)).order_by("agent_id"):
                found[row.offer_id].append(row.agent_id)
            return [found[id] for id in ids]

        return Loader(load, cache=False)

    @cached_property
    def routing_of_conversation(self) -> Loader[int, list[RoutingRecord]]:
        """The newest first."""

        async def load(ids: Sequence[int]) -> list[list[RoutingRecord]]:
            rows = RoutingRecord.filter(conversation_id__in=list(ids)).order_by("-id")
            return owned(await rows, "conversation_id", ids)

        return Loader(load, cache=False)
