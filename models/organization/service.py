"""A service: a call group and a queue. Its agents share its bookings and its conversations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from tortoise import connections, fields

from models.agent.agent import Agent
from models.base import Lasting, Owned
from models.transactions import Transaction
from models.words import Distribution, Routing
from scheduling.turns import Standing


class Service(Lasting):
    """COLLECTIVE needs `required_agents` of the members free together (None: all); for the others a slot is offered
    while `availability_percent` of the members are free. Without `assign_on_booking` a booking has no agent yet: it
    takes one from the capacity of the service until somebody is assigned.

    A conversation that waits finds its owner by `routing`; an offer of one stands for `offer_timeout_seconds`."""

    name = fields.CharField(max_length=200)
    languages = fields.JSONField[list[str]](default=list)
    is_active = fields.BooleanField(default=True)
    distribution = fields.CharEnumField(Distribution, max_length=20, default=Distribution.ROUND_ROBIN)
    required_agents = fields.IntField(null=True)
    availability_percent = fields.IntField(default=0)
    assign_on_booking = fields.BooleanField(default=True)
    routing = fields.CharEnumField(Routing, max_length=24, default=Routing.OFFER_TO_ALL)
    offer_timeout_seconds = fields.IntField(default=60)

    class Meta:
        table = "service"

    @property
    def assigns(self) -> bool:
        """Whether a booking is given to agents at once; those who hold a meeting together always are."""
        return self.assign_on_booking or self.distribution is Distribution.COLLECTIVE

    async def lock(self) -> None:
        """Hold the service until the transaction ends: its agents are given meetings one booking at a time. Rows that
        refer to it may be written meanwhile."""
        await Service.filter(id=self.id).select_for_update(no_key=True).get()

    async def count_given(
        self, tx: Transaction, agents: Sequence[Agent], *, standings: Sequence[Standing] = (), now: datetime
    ) -> None:
        """Note whose turn it was, and where those stand who have no more of the past to catch up with (see
        scheduling/turns.py); the service is locked, so nothing else counts at the same time."""
        if standings and agents:
            await tx.rows(
                "UPDATE service_member SET given_count = moved.booked FROM unnest(%s::bigint[], %s::bigint[])"
                " AS moved (agent, booked) WHERE service_id = %s AND agent_id = moved.agent",
                [one.agent for one in standings], [one.booked for one in standings], self.id,
            )  # fmt: skip
        if agents:
            await tx.rows(
                "UPDATE service_member SET given_count = given_count + 1, last_given_at = %s"
                " WHERE service_id = %s AND agent_id = ANY(%s)",
                now, self.id, [agent.id for agent in agents],
            )  # fmt: skip

    async def members(self) -> list[ServiceMember]:
        """Active agents of the service, in the order of their ids."""
        return (
            await ServiceMember.filter(service_id=self.id, agent__is_active=True)
            .order_by("agent_id")
            .prefetch_related("agent")
        )


class ServiceMember(Owned):
    """An agent's place in a service. The counters are what round robin is fair by."""

    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, on_delete=fields.CASCADE
    )
    service_id: int
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name="memberships", on_delete=fields.CASCADE
    )
    agent_id: int
    weight = fields.IntField(default=1)
    given_count = fields.IntField(default=0)
    last_given_at = fields.DatetimeField(null=True)

    class Meta:
        table = "service_member"
        unique_together = (("service_id", "agent_id"),)

    @classmethod
    async def services_of(cls, agent_ids: Collection[int]) -> dict[int, set[int]]:
        """The services that each of these agents is of, by one query."""
        services: dict[int, set[int]] = {id: set() for id in agent_ids}
        rows = await connections.get("default").execute_query_dict(
            "SELECT agent_id, service_id FROM service_member WHERE agent_id = ANY(%s)", [list(services)]
        )
        for row in rows:
            services[row["agent_id"]].add(row["service_id"])
        return services
