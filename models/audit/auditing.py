"""What every verb that sets something up calls in its transaction, so that it is known who did it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from models.actor import AgentActor
from models.audit.entry import AuditEntry
from models.audit.telling import node, told
from models.base import Edited, Row
from models.changes import hint_at_schedules
from models.editing import save
from models.organization.organization import Organization
from models.transactions import Transaction

_UNSAID = frozenset({"id", "version", "organization_id", "created_at"})


async def audit(
    tx: Transaction,
    action: str,
    target: Row,
    *,
    actor: AgentActor | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **facts: Any,
) -> None:
    """Keep that the actor (None: the system by itself) did this to the target, as part of the verb that did it.

    `action` is the name of the mutation, or of what the system does, in camelCase. Give a change both `before` and
    `after`, by the names of the fields: what is the same in both is left out, and where all is, nothing is kept. Of
    what was made there is only an `after`, of what was taken away only a `before`; `facts` stand beside them. Values
    may be rows, windows as they are stored, words and dates. Of what is called a password, secret, token or the like it
    is kept that it was changed, and nothing else. Of most that is set up it depends which slots there are.
    """
    if before is not None and after is not None:
        differing = [name for name in after if name not in before or before[name] != after[name]]
        if not differing:
            return
        before = {name: before.get(name) for name in differing}
        after = {name: after[name] for name in differing}
    said = {"before": before, "after": after, **facts}
    whose: int = target.id if isinstance(target, Organization) else target.organization_id  # type: ignore[attr-defined]
    hint_at_schedules(whose)
    await tx.add(
        AuditEntry(
            organization_id=whose,
            actor_agent_id=None if actor is None else actor.agent.id,
            actor_name=None if actor is None else actor.agent.name,
            action=action,
            target_kind=type(target).__name__,
            target_id=target.id,
            detail=told({name: value for name, value in said.items() if value is not None}, type(target)),
        )
    )


async def change(
    tx: Transaction, row: Edited, columns: Mapping[str, Any], *, action: str, actor: AgentActor | None
) -> None:
    """Write these columns of a row that is locked, under its next version, and audit what they were and are."""
    before = values_of(row, columns)
    row.update_from_dict(dict(columns))
    await save(row, *columns)
    await audit(tx, action, row, actor=actor, before=before, after=columns)


def values_of(row: Row, names: Iterable[str]) -> dict[str, Any]:
    """What a row has in these columns."""
    return {name: getattr(row, name) for name in names}


def everything_of(row: Row) -> dict[str, Any]:
    """What a row has, for one that is made or taken away; not what is empty."""
    columns = (name for name in row._meta.fields_db_projection if name not in _UNSAID)
    return {name: value for name, value in values_of(row, columns).items() if value not in (None, [], ())}


def named(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows that have a name, as a detail tells them."""
    in_order = sorted(rows, key=lambda row: row.id)
    return [{"id": node(type(row).__name__, row.id), "name": row.name} for row in in_order]  # type: ignore[attr-defined]
