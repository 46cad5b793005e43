"""What all of the vocabulary shares: global ids, pages, refusals."""

from __future__ import annotations

from typing import Any, ClassVar

import strawberry

from errors import ErrorCode
from resolvers import ids
from schema.field import COLLEAGUES, PEERS, resolved_by


def _id(info: strawberry.Info, root: Any) -> strawberry.ID:
    kind = info._raw_info.parent_type.name
    return strawberry.ID(ids.encode(kind, root.id))


@strawberry.interface(description="Anything with an id that is good anywhere in the API.")
class Node:
    """Resolvers return rows; `rows` are those that are of this type."""

    rows: ClassVar[type | tuple[type, ...]]
    id: strawberry.ID = resolved_by(_id, shared=COLLEAGUES)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, cls.rows)


@strawberry.type
class PageInfo:
    shared = PEERS
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(
    description="A request understood and declined. Clients branch on `code`; `message` is for people."
)
class UserError:
    code: ErrorCode
    message: str
    field: list[str] | None = strawberry.field(description="The path of the input at fault, where one is.")
