"""What mutations answer: what they made, or what was refused, as a value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

from errors import ErrorCode, LimitReached, Refused, TimeRefused

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class UserError:
    """A refusal as a payload carries it; the exception itself would be taken for a failed field."""

    code: ErrorCode
    message: str
    field: list[str] | None

    @classmethod
    def of(cls, refused: Refused) -> UserError:
        return cls(refused.code, refused.message, list(refused.field) or None)


class Payload:
    """The fields of a payload type by name; one that was not given is null."""

    def __init__(self, **fields: Any) -> None:
        self.errors: tuple[UserError, ...] = ()
        self.alternatives: tuple[Any, ...] = ()
        self.occurrences: tuple[Any, ...] = ()
        self.conflicting_meetings: tuple[Any, ...] = ()
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> None:
        return None


def refusals_as_values(resolve: Callable[P, Awaitable[Payload]]) -> Callable[P, Awaitable[Payload]]:
    """Turns a refusal into the payload's `errors`; every mutation is wrapped in this."""

    @wraps(resolve)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> Payload:
        try:
            return await resolve(*args, **kwargs)
        except Refused as refused:
            alternatives = refused.alternatives if isinstance(refused, TimeRefused) else ()
            meetings = refused.in_the_way if isinstance(refused, LimitReached) else ()
            error = UserError.of(refused)
            return Payload(errors=(error,), alternatives=alternatives, conflicting_meetings=meetings)

    return answer
