"""Subjects are named: what there is to meet about, and which of it customers may choose."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from models import input
from models.actor import AgentActor
from models.idempotency import Once
from models.organization.authority import authority_of
from models.organization.subject import Subject
from models.register import LastingRegister

SUBJECTS = LastingRegister(Subject, "subject", "subjectId")


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
    subject = Subject(organization_id=actor.organization_id, **_checked(fields))
    return await SUBJECTS.add(subject, actor=actor, once=once)


async def update_subject(
    subject_id: int,
    *,
    actor: AgentActor,
    expected_version: int | None = None,
    **fields: Unpack[SubjectFields],
) -> Subject:
    """Change what is given of the subject; booked meetings stay. Refuses NotAllowed, NotFound, Stale and Invalid."""
    (await authority_of(actor)).over_organization()
    return await SUBJECTS.change(subject_id, _checked(fields), actor=actor, expected_version=expected_version)


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
