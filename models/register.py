"""What an organization sets up is added, changed and deleted in one way: once, of the version seen, and audited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from tortoise.queryset import QuerySet

from errors import NotFound
from models.actor import AgentActor
from models.audit.auditing import audit, change, everything_of
from models.base import Edited, Lasting
from models.editing import lock, save, unique
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.transactions import Transaction, transaction

E = TypeVar("E", bound=Edited)
L = TypeVar("L", bound=Lasting)
Step = Callable[[Transaction, E], Awaitable[None]]
"""What else belongs to the verb, within its transaction; it may refuse."""


async def nothing(tx: Transaction, row: Edited) -> None:
    """A verb that is no more than its row."""


@dataclass(frozen=True, slots=True)
class Register(Generic[E]):
    """All rows of a kind. `noun` is what refusals call one; `unique_by` the field, as clients know it, of which there
    is each value once, and `id_field` the one by which they name a row."""

    model: type[E]
    noun: str
    id_field: str
    unique_by: str = "name"

    async def add(self, row: E, *, actor: AgentActor, once: Once | None = None, then: Step[E] = nothing) -> E:
        """Keep a new row; a request that came before gets what it made then. Refuses Invalid for one that there is, and
        NotFound where what was made is gone since."""
        with unique(f"Another {self.noun} has this {self.unique_by}.", field=(self.unique_by,)):
            async with transaction() as tx:
                if (earlier := await earlier_outcome(tx, once)) is not None:
                    return await self._still_there(earlier, row.organization_id)
                await row.save()
                await then(tx, row)
                await audit(tx, self._action("create"), row, actor=actor, after=everything_of(row))
                await remember_outcome(tx, once, row.id)
        return row

    async def change(
        self,
        id: int,
        columns: Mapping[str, Any],
        *,
        actor: AgentActor,
        expected_version: int | None = None,
        check: Step[E] = nothing,
    ) -> E:
        """Write these columns of the row, which `check` looks at as it was before. Refuses NotFound, Stale and
        Invalid."""
        with unique(f"Another {self.noun} has this {self.unique_by}.", field=(self.unique_by,)):
            async with transaction() as tx:
                row = await self.lock(id, actor=actor, expected_version=expected_version)
                await check(tx, row)
                await change(tx, row, columns, action=self._action("update"), actor=actor)
        return row

    async def delete(
        self, id: int, *, actor: AgentActor, expected_version: int | None = None, check: Step[E] = nothing
    ) -> None:
        """Take the row away, unless `check` refuses. Refuses NotFound and Stale."""
        async with transaction() as tx:
            row = await self.lock(id, actor=actor, expected_version=expected_version, whole=True)
            await check(tx, row)
            await audit(tx, self._action("delete"), row, actor=actor, before=everything_of(row))
            await row.delete()

    async def lock(
        self, id: int, *, actor: AgentActor, expected_version: int | None = None, whole: bool = False
    ) -> E:
        """The organization's row, held until the transaction ends; the `whole` of it, so that nothing refers to it
        meanwhile. Refuses NotFound and Stale."""
        rows = self._rows(actor.organization_id).filter(id=id)
        missing = NotFound(f"There is no such {self.noun}.", field=(self.id_field,))
        return await lock(rows, expected_version=expected_version, missing=missing, whole=whole)

    def _rows(self, organization_id: int) -> QuerySet[E]:
        return self.model.filter(organization_id=organization_id)

    async def _still_there(self, id: int, organization_id: int) -> E:
        row = await self._rows(organization_id).get_or_none(id=id)
        if row is None:
            raise NotFound(f"The {self.noun} has been deleted since.", field=("idempotencyKey",))
        return row

    def _action(self, verb: str) -> str:
        return f"{verb}{self.model.__name__}"


class LastingRegister(Register[L]):
    """Of rows that what is past goes on naming."""

    async def retire(
        self,
        id: int,
        columns: Mapping[str, Any],
        *,
        actor: AgentActor,
        expected_version: int | None = None,
        check: Step[L],
        now: datetime,
    ) -> L:
        """Have the row be deleted, unless `check` refuses, and these columns say that it is out of use. Refuses
        NotFound and Stale."""
        async with transaction() as tx:
            row = await self.lock(id, actor=actor, expected_version=expected_version, whole=True)
            await check(tx, row)
            await audit(tx, self._action("delete"), row, actor=actor, before=everything_of(row))
            row.update_from_dict({**columns, "deleted_at": now})
            await save(row, *columns, "deleted_at")
        return row

    def _rows(self, organization_id: int) -> QuerySet[L]:
        return self.model.of(organization_id)
