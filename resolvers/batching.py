"""Loaders of the usual shapes: rows by id, and lists by owner, by one query for all that is asked for at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader
from tortoise.query_utils import Prefetch

from models.agent.agent import Agent
from models.base import Row

R = TypeVar("R", bound=Row)


def by_id(model: type[R]) -> DataLoader[int, R | None]:
    async def load(ids: Sequence[int]) -> list[R | None]:
        found = {row.id: row for row in await model.filter(id__in=list(ids))}
        return [found.get(id) for id in ids]

    return DataLoader(load)


def of_agents(relation: str, model: type[R]) -> DataLoader[int, list[R]]:
    """What an agent and its colleagues may each have several of, by name."""

    async def load(ids: Sequence[int]) -> list[list[R]]:
        by_name = Prefetch(relation, model.all().order_by("name", "id"))
        rows = await Agent.filter(id__in=list(ids)).only("id").prefetch_related(by_name)
        found = {agent.id: list(getattr(agent, relation)) for agent in rows}
        return [found.get(id, []) for id in ids]

    return DataLoader(load)


def by_owner(model: type[R], owner: str) -> DataLoader[int, list[R]]:
    async def load(ids: Sequence[int]) -> list[list[R]]:
        return owned(await model.filter(**{f"{owner}__in": list(ids)}).order_by("id"), owner, ids)

    return DataLoader(load)


def owned(rows: Iterable[R], owner: str, ids: Sequence[int]) -> list[list[R]]:
    """The rows of each owner, in their order."""
    found: dict[int, list[R]] = defaultdict(list)
    for row in rows:
        found[getattr(row, owner)].append(row)
    return [found[id] for id in ids]
