"""Subjects are named: what there is to meet about, and which of it customers may choose."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from errors import NotFound
from models import input
from models.actor import AgentActor
from models.audit.auditing import audit, change
from models.editing import lock, unique
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.organization.authority import authority_of
from models.organization.subject import Subject
from models.transactions import transaction

_TAKEN = "Another subject has this name."


class SubjectFields(TypedDict, total=False):
    """What is set of a subject; what is not given stays."""

    name: str
    description: str | None
    available_for_customers: bool


async def create_subject(
    *, actor: AgentActor, once: Once | None = None, **fields: Unpack[SubjectFields]
) -> Subject:
    """Add a subject; it needs a name of its own. Refuses NotAllowed and Invalid."""
    (await authority_of(actor)).over_organization()
    columns = _checked(fields)
    with unique(_TAKEN, field=("name",)):
        async with transaction() as tx:
            if (earlier := await earlier_outcome(tx, once)) is not None:
                return await Subject.get(id=earlier)
            subject = await Subject.create(organization_id=actor.organization_id, **columns)
            await audit(tx, "createSubject", subject, actor=actor, after=columns)
            await remember_outcome(tx, once, subject.id)
    return subject


async def update_subject(
    subject_id: int,
    *,
    actor: AgentActor,
    expected_version: int | None = None,
    **fields: Unpack[SubjectFields],
) -> Subject:
    """Change what is given of the subject; booked meetings stay. Refuses NotAllowed, NotFound, Stale and Invalid."""
    (await authority_of(actor)).over_organization()
    columns = _checked(fields)
    with unique(_TAKEN, field=("name",)):
        async with transaction() as tx:
            subject = await lock(
                Subject.of(actor.organization_id).filter(id=subject_id),
                expected_version=expected_version,
                missing=NotFound("There is no such subject.", field=("subjectId",)),
            )
            await change(tx, subject, columns, action="updateSubject", actor=actor)
    return subject


def _checked(fields: SubjectFields) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "name" in fields:
        columns["name"] = input.line(fields["name"], field=("name",))
    if "description" in fields:
        description = fields["description"]
        columns["description"] = (
            input.text(description, field=("description",), most=2_000) if description else None
        )
    return columns
