"""Loaders of the usual shapes: rows by id, and lists by owner, by one query for all that is asked for at a time."""

from __future__ import annotations

from asyncio import shield
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader
from tortoise.query_utils import Prefetch

from models.agent.agent import Agent
from models.base import Row

R = TypeVar("R", bound=Row)
K = TypeVar("K")
T = TypeVar("T")


class Loader(DataLoader[K, T]):
    """Several fields may wait for one value. Where one of them is given up, as something beside it was refused, the
    others go on waiting: else a refused field would end the whole operation."""

    def load(self, key: K) -> Awaitable[T]:
        return shield(super().load(key))


def by_id(model: type[R]) -> Loader[int, R | None]:
    async def load(ids: Sequence[int]) -> list[R | None]:
        found = {row.id: row for row in await model.of_ids(ids)}
        return [found.get(id) for id in ids]

    return Loader(load)


def of_agents(relation: str, model: type[R]) -> Loader[int, list[R]]:
    """What an agent and its colleagues may each have several of, by name."""

    async def load(ids: Sequence[int]) -> list[list[R]]:
        by_name = Prefetch(relation, model.all().order_by("name", "id"))
        rows = await Agent.filter(id__in=list(ids)).only("id").prefetch_related(by_name)
        found = {agent.id: list(getattr(agent, relation)) for agent in rows}
        return [found.get(id, []) for id in ids]

    return Loader(load)


def by_owner(model: type[R], owner: str) -> Loader[int, list[R]]:
    async def load(ids: Sequence[int]) -> list[list[R]]:
        return owned(await model.where(f"{owner} = ANY(%s::bigint[]) ORDER BY id", list(ids)), owner, ids)

    return Loader(load)


def owned(rows: Iterable[R], owner: str, ids: Sequence[int]) -> list[list[R]]:
    """The rows of each owner, in their order."""
    found: dict[int, list[R]] = defaultdict(list)
    for row in rows:
        found[getattr(row, owner)].append(row)
    return [found[id] for id in ids]
