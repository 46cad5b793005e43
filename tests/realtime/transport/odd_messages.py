"""Odd conversations, what comes of each here, and where the reference server answers otherwise, with the reason.

A conversation is a list of messages to send (str as text, bytes as binary, a list in as many frames, Text as text
whatever its bytes are) and of numbers: so many messages are awaited before it goes on. At its end a ping is sent; what
was heard up to its pong, or to the close, is the outcome. Of errors only the kind is compared, never the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

Heard: TypeAlias = tuple[Any, ...]

INIT = '{"type":"connection_init"}'
ACK: Heard = ("connection_ack",)
BAD: Heard = ("close", 4400, "Invalid message received")


class Text(bytes):
    """Sent as text, though it may be none."""


Frame: TypeAlias = str | bytes | list[str]


@dataclass(frozen=True, slots=True)
class Oddity:
    name: str
    sent: Sequence[Frame | int]
    heard: Sequence[Heard] = (BAD,)
    reference: Sequence[Heard] | None = None
    reason: str = ""
    protocols: tuple[str, ...] = ("graphql-transport-ws",)


def subscribe(operation_id: Any, query: Any, **more: Any) -> str:
    message = {"type": "subscribe", "id": operation_id, "payload": {"query": query, **more}}
    return orjson.dumps(message).decode()


def ping(payload: Any) -> str:
    return orjson.dumps({"type": "ping", "payload": payload}).decode()


def after_init(name: str, frame: Frame, *heard: Heard, wait: int = 0, **more: Any) -> Oddity:
    return Oddity(name, [INIT, 1, frame, wait], [ACK, *(heard or (BAD,))], **more)


LONG = "x" * 120
TOO_LONG = "The message must not be greater than 123 bytes"
SILENCE = subscribe("1", "subscription { silence }")
HELLO_1 = subscribe("1", "{ hello }")
FIRST: Heard = ("next", "1", {"silence": 0})
HELLO_2 = subscribe("2", "{ hello }")
DONE = '{"type":"complete","id":"1"}'
ESCAPED = '"\\/\b\f\n\r\t\x00\x1f\u2028\U0001f600'


def hello(operation_id: str) -> Sequence[Heard]:
    return (("next", operation_id, {"hello": "hello world"}), ("complete", operation_id))


HELLO, SECOND = hello("1"), hello("2")
WRONG_WAY = "the reference takes a message of its own for a fault of its own; it is the client's"

NO_TEXT: Heard = ("close", 1007)
TOO_LARGE: Heard = ("close", 1009)
LARGEST = 1_048_576


def sized(size: int) -> dict[str, str]:
    """The payload with which a ping has so many bytes."""
    return {"x": "x" * (size - len('{"type":"ping","payload":{"x":""}}'))}


def sized_ping(size: int) -> str:
    return ping(sized(size))


BEFORE_INIT = [
    Oddity("an empty list", ["[]"]),
    Oddity("null", ["null"]),
    Oddity("a number", ["7"]),
    Oddity("true", ["true"]),
    Oddity("a string", ['"ping"']),
    Oddity("no JSON", ["{"]),
    Oddity("an empty frame", [""]),
    Oddity("two messages in a frame", [INIT + INIT]),
    Oddity("a list of messages", [f"[{INIT}]"]),
    Oddity("no type", ["{}"]),
    Oddity("a null type", ['{"type":null}']),
    Oddity("a numeric type", ['{"type":1}']),
    Oddity("an empty type", ['{"type":""}']),
    Oddity("an unknown type", ['{"type":"start"}']),
    Oddity("the legacy protocol's terminate", ['{"type":"connection_terminate"}']),
    Oddity("a list as payload of init", ['{"type":"connection_init","payload":[]}']),
    Oddity("a string as payload of init", ['{"type":"connection_init","payload":"x"}']),
    Oddity("false as payload of init", ['{"type":"connection_init","payload":false}']),
    Oddity("null as payload of init", ['{"type":"connection_init","payload":null}', 1], [ACK]),
    Oddity("an unknown property of init", ['{"type":"connection_init","more":1}', 1], [ACK]),
    Oddity("init twice", [INIT, 1, INIT], [ACK, ("close", 4429, "Too many initialisation requests")]),
    Oddity("subscribe before init", [subscribe("1", "{ hello }")], [("close", 4401, "Unauthorized")]),
    Oddity("complete before init", ['{"type":"complete","id":"1"}'], []),
    Oddity("a ping before init", ['{"type":"ping"}', 1], [("pong", None)]),
    Oddity("a ping with a payload", [ping({"a": 1}), 1], [("pong", {"a": 1})]),
    Oddity("a ping with an empty payload", [ping({}), 1], [("pong", {})]),
    Oddity("a ping with a null payload", [ping(None), 1], [("pong", None)]),
    Oddity("a ping with a list", [ping([])]),
    Oddity("a pong nobody asked for", ['{"type":"pong","payload":{"a":1}}'], []),
    Oddity("a pong with a string", ['{"type":"pong","payload":"x"}']),
    Oddity(
        "init as a binary frame",
        [INIT.encode()],
        reference=[ACK],
        reason="the reference reads binary frames as text; the protocol knows text only",
    ),
    Oddity("a binary frame of no text", [b"\xff\xfe"]),
    Oddity("a ping in three frames", [['{"type":', '"pi', 'ng"}'], 1], [("pong", None)]),
    Oddity("a message in an empty frame and another", [["", '{"type":"ping"}'], 1], [("pong", None)]),
    Oddity("text that is no UTF-8", [Text(b'{"type":"ping","payload":{"a":"\xff"}}')], [NO_TEXT]),
    Oddity("half a character in UTF-8", [Text(b'{"type":"ping","payload":{"a":"\xc3')], [NO_TEXT]),
    Oddity("a surrogate in UTF-8", [Text(b'{"type":"ping","payload":{"a":"\xed\xa0\x80"}}')], [NO_TEXT]),
    Oddity("a message as large as may be", [sized_ping(LARGEST), 1], [("pong", sized(LARGEST))]),
    Oddity("a message a byte too large", [sized_ping(LARGEST + 1)], [TOO_LARGE]),
    Oddity(
        "a message too large in frames that are not",
        [[sized_ping(LARGEST)[:600_000], sized_ping(LARGEST)[600_000:], " "]],
        [TOO_LARGE],
    ),
    Oddity(
        "a payload nested too deeply to be read",
        ['{"type":"connection_init","payload":' + '{"a":' * 3_000 + "1" + "}" * 3_000 + "}"],
        reference=[ACK],
        reason="nobody nests a thousand times who means well",
    ),
    Oddity("a byte order mark", ['\ufeff{"type":"ping"}']),
    Oddity("white space around", [' \r\n\t{"type":"ping"} \n', 1], [("pong", None)]),
    Oddity("a type in capitals", ['{"type":"PING"}']),
    Oddity("not a number", ['{"type":"ping","payload":{"a":NaN}}']),
    Oddity("a type twice", ['{"type":"ping","type":"pong"}'], []),
    Oddity("a list as type", ['{"type":["ping"]}']),
    Oddity("a number as payload of init", ['{"type":"connection_init","payload":0}']),
    Oddity("true as payload of init", ['{"type":"connection_init","payload":true}']),
    Oddity("a ping with a number", ['{"type":"ping","payload":1}']),
    Oddity("a number as payload of subscribe before init", ['{"type":"subscribe","id":"1","payload":1}']),
    Oddity(
        "the legacy subprotocol", [], [("close", 4406, "Subprotocol not acceptable")], protocols=("graphql-ws",)
    ),
    Oddity("no subprotocol", [], [("close", 4406, "Subprotocol not acceptable")], protocols=()),
    Oddity("two subprotocols", [INIT, 1], [ACK], protocols=("graphql-ws", "graphql-transport-ws")),
]

OPERATIONS = [
    after_init("a query", subscribe("1", "{ hello }"), *HELLO, wait=2),
    after_init("a subscribe without id", '{"type":"subscribe","payload":{"query":"{ hello }"}}'),
    after_init("a number as id", subscribe(1, "{ hello }")),
    after_init("a list as id", subscribe(["1"], "{ hello }")),
    after_init("null as id", subscribe(None, "{ hello }")),
    after_init("an empty id", subscribe("", "{ hello }")),
    after_init("no payload", '{"type":"subscribe","id":"1"}'),
    after_init("a list as payload", '{"type":"subscribe","id":"1","payload":[]}'),
    after_init("no query", '{"type":"subscribe","id":"1","payload":{}}'),
    after_init("a number as query", subscribe("1", 1)),
    after_init("null as query", subscribe("1", None)),
    after_init("a list as variables", subscribe("1", "{ hello }", variables=[])),
    after_init("a string as variables", subscribe("1", "{ hello }", variables="{}")),
    after_init("a number as operation name", subscribe("1", "{ hello }", operationName=1)),
    after_init("a list as extensions", subscribe("1", "{ hello }", extensions=[])),
    after_init(
        "nulls for what may be missing",
        subscribe("1", "{ hello }", variables=None, operationName=None, extensions=None),
        *HELLO,
        wait=2,
    ),
    after_init(
        "an empty query",
        subscribe("1", ""),
        ("error", "1"),
        wait=1,
        reference=[ACK, ("close", 4500, "Syntax Error: Unexpected <EOF>.")],
        reason="one operation's syntax is no reason to end the others: the reference closes the socket",
    ),
    after_init(
        "a syntax error",
        subscribe("1", "{"),
        ("error", "1"),
        wait=1,
        reference=[ACK, ("close", 4500, "Syntax Error: Expected Name, found <EOF>.")],
        reason="one operation's syntax is no reason to end the others: the reference closes the socket",
    ),
    after_init("a validation error", subscribe("1", "{ nope }"), ("error", "1"), wait=1),
    after_init(
        "an unknown operation name",
        subscribe("1", "query A { hello }", operationName="B"),
        ("error", "1"),
        wait=1,
    ),
    after_init(
        "two operations and no name",
        subscribe("1", "query A { hello } query B { hello }"),
        ("error", "1"),
        wait=1,
    ),
    after_init(
        "a missing variable",
        subscribe("1", "query ($n: Int!) { number(n: $n) }"),
        ("error", "1"),
        wait=1,
        reference=[ACK, ("next", "1", None), ("complete", "1")],
        reason="what fails before execution is told as such: the reference takes variables for execution",
    ),
    after_init(
        "a field that fails",
        subscribe("1", "{ faulty }"),
        ("next", "1", {"faulty": None}),
        ("complete", "1"),
        wait=2,
    ),
    after_init(
        "a stream that is refused",
        subscribe("1", "subscription { refused }"),
        ("next", "1", None),
        ("complete", "1"),
        wait=2,
    ),
    after_init(
        "a stream that breaks",
        subscribe("1", "subscription { breaks }"),
        ("next", "1", {"breaks": 0}),
        ("error", "1"),
        wait=2,
    ),
    after_init(
        "a stream of three",
        subscribe("1", "subscription { count(to: 3) }"),
        *[("next", "1", {"count": n}) for n in range(3)],
        ("complete", "1"),
        wait=4,
    ),
    after_init(
        "a connection_ack from the client",
        '{"type":"connection_ack"}',
        reference=[ACK, ("close", 4500, "Unexpected message of type connection_ack received")],
        reason=WRONG_WAY,
    ),
    after_init(
        "a next from the client",
        '{"type":"next","id":"1","payload":{}}',
        reference=[ACK, ("close", 4500, "Unexpected message of type next received")],
        reason=WRONG_WAY,
    ),
    after_init(
        "an error from the client",
        '{"type":"error","id":"1","payload":[{"message":"x"}]}',
        reference=[ACK, ("close", 4500, "Unexpected message of type error received")],
        reason=WRONG_WAY,
    ),
    Oddity("a complete for nothing", [INIT, 1, '{"type":"complete","id":"1"}'], [ACK]),
    after_init("a complete without id", '{"type":"complete"}'),
    after_init("a number as id of complete", '{"type":"complete","id":1}'),
    Oddity(
        "an id in use",
        [INIT, 1, SILENCE, 1, SILENCE],
        [ACK, FIRST, ("close", 4409, "Subscriber for 1 already exists")],
    ),
    Oddity(
        "a long id in use",
        [INIT, 1, subscribe(LONG, "subscription { silence }"), 1, subscribe(LONG, "{ hello }")],
        [ACK, ("next", LONG, {"silence": 0}), ("close", 4409, f"Subscriber for {LONG}"[:123])],
        reference=[ACK, ("next", LONG, {"silence": 0}), ("close", 4500, TOO_LONG)],
        reason="a reason beyond 123 bytes breaks the reference's close: ours is cut",
    ),
    Oddity(
        "an id free again after complete",
        [INIT, 1, SILENCE, 1, '{"type":"complete","id":"1"}', SILENCE, 1],
        [ACK, FIRST, FIRST],
    ),
    Oddity("two completes", [INIT, 1, SILENCE, 1, DONE, DONE], [ACK, FIRST]),
    Oddity("a complete that comes too late", [INIT, 1, HELLO_1, 2, DONE], [ACK, *HELLO]),
    Oddity("a complete for one of two", [INIT, 1, SILENCE, 1, HELLO_2, 2, DONE], [ACK, FIRST, *SECOND]),
    Oddity("an id in use by a query that has ended", [INIT, 1, HELLO_1, 2, SILENCE, 1], [ACK, *HELLO, FIRST]),
    after_init("an id of 1,000 characters", subscribe("x" * 1000, "{ hello }"), *hello("x" * 1000), wait=2),
    after_init("an id with all that JSON escapes", subscribe(ESCAPED, "{ hello }"), *hello(ESCAPED), wait=2),
    *[
        after_init(f"{name} as id", subscribe(name, "{ hello }"), *hello(name), wait=2)
        for name in ("__proto__", "constructor", "toString")
    ],
    after_init(
        "unknown properties beside and within",
        '{"type":"subscribe","id":"1","more":1,"payload":{"query":"{ hello }","more":1}}',
        *HELLO,
        wait=2,
    ),
    after_init("a subscribe in two frames", [HELLO_1[:30], HELLO_1[30:]], *HELLO, wait=2),
    after_init(
        "a subscribe as a binary frame",
        HELLO_1.encode(),
        wait=2,
        reference=[ACK, *HELLO],
        reason="the reference reads binary frames as text; the protocol knows text only",
    ),
    Oddity("an id free again after its end", [INIT, 1, HELLO_1, 2, HELLO_1, 2], [ACK, *HELLO, *HELLO]),
    after_init(
        "an id of 2,000 characters",
        subscribe("x" * 2000, "{ hello }"),
        wait=2,
        reference=[ACK, ("next", "x" * 2000, {"hello": "hello world"}), ("complete", "x" * 2000)],
        reason="an id comes back with every event, so its length is bounded",
    ),
    after_init(
        "half a surrogate pair as id",
        '{"type":"subscribe","id":"\\ud83c","payload":{"query":"{ hello }"}}',
        wait=2,
        reference=[ACK, ("next", "\ud83c", {"hello": "hello world"}), ("complete", "\ud83c")],
        reason="half a character is no Unicode text; only JavaScript can hold it",
    ),
]
