"""What windows must be like before they are kept: not too many, none twice, and of the organization's own places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from errors import Invalid, NotFound
from models.organization.office import Office
from models.organization.subject import Subject
from scheduling.hours import WeeklyWindow, Window


def check_windows(
    hours: Sequence[Window | WeeklyWindow], *, most: int, field: tuple[str, ...] = ("windows",)
) -> None:
    """Refuses Invalid for more than `most` windows, and for one that is given twice."""
    if len(hours) > most:
        raise Invalid(f"There are at most {most} windows.", field=field)
    for index, window in enumerate(hours):
        if window in hours[:index]:
            raise Invalid("This window is given twice.", field=(*field, str(index)))


async def check_scopes(organization_id: int, hours: Iterable[Window]) -> None:
    """Refuses NotFound for an office or a subject that is not the organization's."""
    scopes = [window.scope for window in hours]
    offices = {scope.office for scope in scopes if scope.office is not None}
    subjects = {subject for scope in scopes for subject in scope.subjects or ()}
    if await Office.of(organization_id).filter(id__in=list(offices)).count() != len(offices):
        raise NotFound("There is no such office.", field=("windows",))
    if await Subject.of(organization_id).filter(id__in=list(subjects)).count() != len(subjects):
        raise NotFound("There is no such subject.", field=("windows",))
