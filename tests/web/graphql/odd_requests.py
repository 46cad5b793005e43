"""Odd requests for event streams, what comes of each here, and where the reference server answers otherwise, and why.

Of a response its status is compared and, of an event stream, its events: of errors only that they are there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson

Heard: TypeAlias = int | tuple[Any, ...]

COMPLETE: Heard = ("complete",)
FAILED: Heard = ("errors", None)
CUT_OFF: Heard = ("cut off",)
EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class OddRequest:
    """A POST of JSON for an event stream, but for what it says."""

    name: str
    body: bytes = b""
    heard: Sequence[Heard] = (400,)
    reference: Sequence[Heard] | None = None
    reason: str = ""
    method: str = "POST"
    accept: str = EVENTS
    content_type: str = "application/json"
    parameters: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def asked(
    name: str, query: Any, *heard: Heard, reference: Sequence[Heard] | None = None, **more: Any
) -> OddRequest:
    options = {
        key: more.pop(key) for key in ("reason", "accept", "content_type", "headers", "method") if key in more
    }
    body = orjson.dumps({"query": query, **more})
    return OddRequest(name, body, heard or (400,), reference=reference, **options)


def by_get(name: str, parameters: str, *heard: Heard, **more: Any) -> OddRequest:
    return OddRequest(name, b"", heard or (400,), method="GET", parameters=parameters, **more)


HELLO = (200, ("next", {"hello": "hello world"}), COMPLETE)
NEXT_THREE = [("next", {"count": n}) for n in range(3)]
BEFORE_EXECUTION = (
    "the protocol has errors before execution told as an event, lest an EventSource learn nothing: the reference"
    " tells those of validation only so"
)
NO_SINGLE_CONNECTION = "there is no single connection mode: docs/decisions/0044 says why"

REQUESTS = [
    asked("a query", "{ hello }", *HELLO),
    asked("a mutation", 'mutation { rename(name: "x") }', 200, ("next", {"rename": "x"}), COMPLETE),
    asked("a subscription", "subscription { count(to: 3) }", 200, *NEXT_THREE, COMPLETE),
    by_get("a query by GET", "?query={hello}", *HELLO),
    by_get("a subscription by GET", "?query=subscription{count(to:3)}", 200, *NEXT_THREE, COMPLETE),
    by_get("a mutation by GET", "?query=mutation{rename(name:%22x%22)}", 405),
    by_get("GET without anything", ""),
    by_get("variables by GET that are no JSON", "?query={hello}&variables={"),
    by_get("variables by GET that are a list", "?query={hello}&variables=[]"),
    OddRequest("an empty body"),
    OddRequest("no JSON", b"{"),
    OddRequest("an empty list", b"[]"),
    OddRequest("null", b"null"),
    OddRequest("a number", b"7"),
    OddRequest("a string", b'"{ hello }"'),
    OddRequest("no query", b"{}"),
    OddRequest("a batch", b'[{"query":"{ hello }"}]'),
    OddRequest(
        "no text",
        b'{"query":"{ hello }","operationName":"\xff\xfe"}',
    ),
    asked("null as query", None),
    asked("a number as query", 1),
    asked("a list as variables", "{ hello }", variables=[]),
    asked("a string as variables", "{ hello }", variables="{}"),
    asked("a list as extensions", "{ hello }", extensions=[]),
    asked(
        "a number as operation name",
        "{ hello }",
        operationName=1,
    ),
    asked(
        "nulls for what may be missing",
        "{ hello }",
        *HELLO,
        variables=None,
        operationName=None,
        extensions=None,
    ),
    asked("an empty query", "", 200, FAILED, COMPLETE, reference=(400,), reason=BEFORE_EXECUTION),
    asked("a syntax error", "{", 200, FAILED, COMPLETE, reference=(400,), reason=BEFORE_EXECUTION),
    asked("a validation error", "{ nope }", 200, FAILED, COMPLETE),
    asked(
        "an unknown operation name",
        "query A { hello }",
        200,
        FAILED,
        COMPLETE,
        operationName="B",
        reference=(400,),
        reason=BEFORE_EXECUTION,
    ),
    asked(
        "two operations and no name",
        "query A { hello } query B { hello }",
        200,
        FAILED,
        COMPLETE,
        reference=(400,),
        reason=BEFORE_EXECUTION,
    ),
    asked("a missing variable", "query ($n: Int!) { number(n: $n) }", 200, FAILED, COMPLETE),
    asked("a field that fails", "{ faulty }", 200, ("errors", {"faulty": None}), COMPLETE),
    asked("a stream that is refused", "subscription { refused }", 200, FAILED, COMPLETE),
    asked(
        "a stream that breaks",
        "subscription { breaks }",
        200,
        ("next", {"breaks": 0}),
        FAILED,
        COMPLETE,
        reference=(200, ("next", {"breaks": 0}), CUT_OFF),
        reason="the client is to know that there is nothing to come back to: the reference cuts the connection",
    ),
    asked("a form's type", "{ hello }", 415, content_type="application/x-www-form-urlencoded"),
    asked("plain text", "{ hello }", 415, content_type="text/plain"),
    asked("JSON in UTF-8", "{ hello }", *HELLO, content_type="application/json; charset=utf-8"),
    asked(
        "JSON in another encoding",
        "{ hello }",
        415,
        content_type="application/json; charset=utf-16",
        reference=HELLO,
        reason="it is read as UTF-8: what announces something else would be misread",
    ),
    asked(
        "a list of types, of which events are one",
        "subscription { count(to: 3) }",
        200,
        *NEXT_THREE,
        COMPLETE,
        accept="application/json, text/event-stream",
        reference=(404,),
        reason="clients name what they read: the reference compares the header as a whole",
    ),
    asked(
        "events in capitals",
        "{ hello }",
        *HELLO,
        accept="Text/Event-Stream",
        reference=(404,),
        reason="media types know no case: the reference compares the header as a whole",
    ),
    asked("Last-Event-ID", "{ hello }", *HELLO, headers={"last-event-id": "7"}),
    asked(
        "the token of a reservation",
        "{ hello }",
        *HELLO,
        headers={"x-graphql-event-stream-token": "x"},
    ),
    OddRequest(
        "a reservation", b"", (405,), method="PUT", accept="*/*", reference=(201,), reason=NO_SINGLE_CONNECTION
    ),
    OddRequest(
        "the end of an operation",
        b"",
        (405,),
        method="DELETE",
        accept="*/*",
        reference=(404,),
        reason=NO_SINGLE_CONNECTION,
    ),
    asked("another method", "{ hello }", 405, method="PATCH", accept="*/*"),
    OddRequest(
        "variables nested too deeply to be read",
        b'{"query":"{ hello }","variables":{"a":' + b"[" * 3_000 + b"]" * 3_000 + b"}}",
        reference=HELLO,
        reason="nobody nests a thousand times who means well",
    ),
    asked(
        "a body that is too large",
        "{ hello }" + " " * 10_000,
        413,
        reference=HELLO,
        reason="what a request may hold is bounded",
    ),
]
