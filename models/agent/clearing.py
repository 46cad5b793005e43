"""Hours that name an office or a subject are cleared of it when that is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.agent.template import DayTemplate
from models.transactions import Transaction

_HOURS = ((Agent, "week"), (DayTemplate, "windows"), (DateOverride, "windows"))


async def clear_office(tx: Transaction, organization_id: int, office_id: int) -> None:
    """Take the windows at the office out of everybody's hours; part of deleting it. Agents' rows are locked, by their
    ids: it comes before the office is."""

    def cleared(windows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one for one in windows if one["office"] != office_id]

    for model, column in _HOURS:
        for id, windows in await _naming(tx, model, column, organization_id, {"office": office_id}):
            await model.filter(id=id).update(**{column: cleared(windows)})


async def clear_subject(tx: Transaction, organization_id: int, subject_id: int) -> None:
    """The same for a subject: windows for nothing else go, others are for what is left."""

    def cleared(windows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = []
        for one in windows:
            subjects = one["subjects"]
            left = None if subjects is None else [id for id in subjects if id != subject_id]
            if left != [] or subjects == []:
                kept.append({**one, "subjects": left})
        return kept

    for model, column in _HOURS:
        for id, windows in await _naming(tx, model, column, organization_id, {"subjects": [subject_id]}):
            await model.filter(id=id).update(**{column: cleared(windows)})


async def _naming(
    tx: Transaction,
    model: type[Agent | DayTemplate | DateOverride],
    column: str,
    organization_id: int,
    window: dict[str, Any],
) -> list[tuple[int, list[dict[str, Any]]]]:
    """The rows with such a window, locked in the order of their ids, and their windows."""
    named = orjson.dumps([window]).decode()
    found = await tx.rows(
        f"SELECT id, {column} AS windows FROM {model._meta.db_table}"
        f" WHERE organization_id = %s AND {column} @> %s::jsonb ORDER BY id FOR NO KEY UPDATE",
        organization_id, named,
    )  # fmt: skip
    return [(row["id"], row["windows"]) for row in found]
