"""The messages of graphql-transport-ws: what a client may send, and the frames that go back.

Specification: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md; where it leaves a choice, the
reference server's behaviour is followed (docs of the differences: tests/realtime/transport).
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, TypeAlias

import orjson

from realtime.transport.shaping import FormattedError

SUBPROTOCOL = "graphql-transport-ws"

Message: TypeAlias = dict[str, Any]

CONNECTION_ACK = b'{"type":"connection_ack"}'
PONG = b'{"type":"pong"}'
NEXT_TAIL = b"}"

LONGEST_REASON = 123


class CloseCode(IntEnum):
    """Why a socket is closed, as the protocol numbers it."""

    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_ALREADY_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    INTERNAL_ERROR = 4500


class InvalidMessage(Exception):
    """Not a message that a client may send."""


def read_message(text: str | None, *, id_characters: int) -> Message:
    """A message whose `type`, `id` and `payload` are of the right types; raises InvalidMessage.

    None stands for a binary frame, which the protocol does not know.
    """
    try:
        message: Message = orjson.loads(text or b"")
    except orjson.JSONDecodeError:
        raise InvalidMessage from None
    if not (isinstance(message, dict) and is_valid(message, id_characters)):
        raise InvalidMessage
    return message


def is_valid(message: Message, id_characters: int) -> bool:
    kind, payload = message.get("type"), message.get("payload")
    if kind in ("connection_init", "ping", "pong"):
        return is_optional(payload, dict)
    if kind == "subscribe":
        return is_id(message.get("id"), id_characters) and is_operation(payload)
    return kind == "complete" and is_id(message.get("id"), id_characters)


def is_id(value: object, characters: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= characters


def is_operation(payload: object) -> bool:
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and is_optional(payload.get("variables"), dict)
        and is_optional(payload.get("operationName"), str)
        and is_optional(payload.get("extensions"), dict)
    )


def is_optional(value: object, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def encoded_id(operation_id: str) -> bytes:
    """The id as it stands in each frame of its operation; encoded once. A copy: what orjson gives keeps all the memory
    that it was written in, some 4 KB."""
    return b"%b" % orjson.dumps(operation_id)


def next_head(encoded: bytes) -> bytes:
    """How each event of its operation begins; behind the payload, it is closed by NEXT_TAIL. So one encoded payload
    serves every subscriber, with the own id of each."""
    return b'{"id":%b,"type":"next","payload":' % encoded


def error_frame(encoded: bytes, errors: Sequence[FormattedError]) -> bytes:
    return b'{"id":%b,"type":"error","payload":%b}' % (encoded, orjson.dumps(errors))


def complete_frame(encoded: bytes) -> bytes:
    return b'{"id":%b,"type":"complete"}' % encoded


def pong_frame(payload: dict[str, Any] | None) -> bytes:
    return orjson.dumps({"type": "pong", "payload": payload}) if payload is not None else PONG


def clipped(reason: str) -> str:
    """A close reason that fits its frame: at most 123 bytes, never a broken character."""
    return reason.encode("utf-8", "replace")[:LONGEST_REASON].decode("utf-8", "ignore")
