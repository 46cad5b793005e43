"""The audit, for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from strawberry import ID

from errors import Forbidden
from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.words import Role
from resolvers import ids
from resolvers.actors import SYSTEM_NAME, SystemActor
from resolvers.context import Info
from resolvers.nodes import Found, nodes
from resolvers.paging import Order, Page, page

_NEWEST = Order("at", descending=True)


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry with what it is about, which is None where that is gone, or not the viewer's to see."""

    entry: AuditEntry
    target: Found | None

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def action(self) -> str:
        return self.entry.action

    @property
    def detail(self) -> Any:
        return _with_ids(self.entry.detail)


async def audit(
    info: Info,
    target_id: ID | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> Page[Any]:
    """What was set up, the newest first; with `target_id`, of one thing, which may be gone."""
    actor = info.context.agent()
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators see the audit.")
    rows = AuditEntry.filter(organization_id=actor.organization_id)
    if target_id is not None:
        kind, key = ids.split(target_id) or ("", 0)
        rows = rows.filter(target_kind=kind, target_id=key)
    found = await page(rows, _NEWEST, first=50 if first is None else first, after=after)
    entries = [edge.node for edge in found.edges]
    targets = await nodes(info, [ID(ids.encode(one.target_kind, one.target_id)) for one in entries])
    told = [
        replace(edge, node=ToldEntry(edge.node, target))
        for edge, target in zip(found.edges, targets, strict=True)
    ]
    return replace(found, edges=told)


async def actor(info: Info, root: ToldEntry) -> Agent | SystemActor:
    """Of an agent who is gone, the name."""
    entry = root.entry
    agent = (
        None if entry.actor_agent_id is None else await info.context.loaders.agents.load(entry.actor_agent_id)
    )
    return agent or SystemActor(entry.actor_name or SYSTEM_NAME)


def _with_ids(value: Any) -> Any:
    """The detail as clients are told it, with global ids."""
    if isinstance(value, list):
        return [_with_ids(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.keys() == {"$node"}:
        kind, key = value["$node"]
        return ids.encode(kind, key)
    return {name: _with_ids(one) for name, one in value.items()}
