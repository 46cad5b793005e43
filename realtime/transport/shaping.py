"""What clients are told of errors: the one place where an exception becomes a GraphQL error.

a request error (errors.RequestError)             its code and message
a refusal raised where no payload could carry it  BAD_REQUEST, with the refusal's own code beside it
syntax, validation, variables, arguments          BAD_REQUEST, or TOO_COMPLEX where a limit stopped it
a permission that Strawberry denied               FORBIDDEN
everything else                                   INTERNAL: masked, and logged once under a correlation id
"""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import uuid4

import structlog
from graphql import FieldNode, GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryGraphQLError, StrawberryInputCoercionError

from errors import Refused, RequestError

FormattedError: TypeAlias = dict[str, Any]

CODES = frozenset(
    {"UNAUTHENTICATED", "FORBIDDEN", "BAD_REQUEST", "TOO_COMPLEX", "RATE_LIMITED", "UNAVAILABLE", "INTERNAL"}
)

logger = structlog.get_logger(__name__)


class Rejected(Exception):
    """The operation ends here, before it ran or between two events; clients are told `errors`."""

    def __init__(self, errors: list[FormattedError]) -> None:
        super().__init__(errors[0]["message"] if errors else "rejected")
        self.errors = errors

    @property
    def code(self) -> str:
        """The code of the first error: it decides a response's status."""
        return str(self.errors[0]["extensions"]["code"])

    @classmethod
    def by(cls, error: Exception) -> "Rejected":
        """From any exception, masked where it was not expected."""
        return cls([Shaper().shape(as_graphql(error))])


def request_errors(errors: Sequence[GraphQLError]) -> list[FormattedError]:
    """Errors found before anything ran: where they tell no better, the client is at fault."""
    return [outline(error, code_of_request(error)) for error in errors]


def execution_errors(errors: Sequence[GraphQLError]) -> list[FormattedError]:
    """Errors of fields and of the execution as a whole."""
    shaper = Shaper()
    return [shaper.shape(error) for error in errors]


class Shaper:
    """Shapes the errors of one result; one exception under several paths is logged once, under one id."""

    def __init__(self) -> None:
        self._logged: dict[int, str] = {}

    def shape(self, error: GraphQLError) -> FormattedError:
        code = code_of_execution(error)
        return outline(error, code) if code else self._masked(error)

    def _masked(self, error: GraphQLError) -> FormattedError:
        cause = root(error)
        correlation_id = self._logged.get(id(cause))
        if correlation_id is None:
            correlation_id = self._logged[id(cause)] = uuid4().hex
            logger.error("Unexpected error", correlation_id=correlation_id, path=error.path, exc_info=cause)
        shaped = outline(error, {"code": "INTERNAL", "correlationId": correlation_id})
        shaped["message"] = "Internal error"
        return shaped


def as_graphql(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)


def root(error: GraphQLError) -> Exception:
    """The exception that a GraphQL error was wrapped around, perhaps several times; or the error itself."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def code_of_request(error: GraphQLError) -> dict[str, Any]:
    known = own_code(root(error))
    if known:
        return known
    # graphql-core has no type for the limits of its parser; validation that gives up has one, but shares it
    # with validation that found too many errors.
    stopped = error.message.endswith("Parsing aborted.") if isinstance(error, GraphQLSyntaxError) else False
    return {"code": "TOO_COMPLEX" if stopped or error.message == "Validation aborted." else "BAD_REQUEST"}


def code_of_execution(error: GraphQLError) -> dict[str, Any] | None:
    """The extensions of an error that was meant for the client; None for one that was not."""
    cause = root(error)
    known = own_code(cause)
    if known or not isinstance(cause, GraphQLError):
        return known
    if cause.extensions and cause.extensions.get("code") in CODES:
        return dict(cause.extensions)
    if isinstance(cause, StrawberryInputCoercionError) or blames_argument(cause):
        return {"code": "BAD_REQUEST"}
    return {"code": "FORBIDDEN"} if type(cause) is StrawberryGraphQLError else None


def own_code(cause: Exception) -> dict[str, Any] | None:
    if isinstance(cause, RequestError):
        return {"code": cause.code}
    if isinstance(cause, Refused):
        field = {"field": list(cause.field)} if cause.field else {}
        return {"code": "BAD_REQUEST", "refusal": cause.code.value, **field}
    return None


def blames_argument(cause: GraphQLError) -> bool:
    """Whether graphql-core raised it over an argument: it then points at the value, not at the field."""
    return cause.nodes is not None and not any(isinstance(node, FieldNode) for node in cause.nodes)


def outline(error: GraphQLError, extensions: dict[str, Any]) -> FormattedError:
    shaped: FormattedError = {"message": error.message}
    if error.locations:
        shaped["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path is not None:
        shaped["path"] = list(error.path)
    shaped["extensions"] = extensions
    return shaped
