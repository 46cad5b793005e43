"""Rooms of a Jitsi server: of names that cannot be guessed, with a token where the server wants one.

The token is read here as the server's own reader does it, by RFC 7515 and 7519 alone.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from providers.meetings.jitsi import OVERRUN, JitsiCalls, JitsiKey
from providers.meetings.protocol import CallWish

NOW = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
WISH = CallWish(
    key="0123456789abcdef0123456789abcdef",
    title="A loan for Grace",
    start=NOW + timedelta(hours=1),
    end=NOW + timedelta(hours=2),
    has_password=True,
)
KEY = JitsiKey("frontdesk", "a secret that is shared with the server")
ROOM = "frontdesk-0123456789abcdef0123456789abcdef"


def server(key: JitsiKey | None = None, address: str = "https://meet.example.org") -> JitsiCalls:
    return JitsiCalls(address, key, now=lambda: NOW)


def _bytes(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def read(token: str, secret: str) -> dict[str, Any]:
    """What a token claims, once its signature is found to be of the secret."""
    header, payload, signature = token.split(".")
    assert json.loads(_bytes(header)) == {"alg": "HS256", "typ": "JWT"}
    expected = hmac.digest(secret.encode(), f"{header}.{payload}".encode(), "sha256")
    assert hmac.compare_digest(expected, _bytes(signature))
    return dict(json.loads(_bytes(payload)))


def token_of(address: str) -> str:
    [token] = parse_qs(urlsplit(address).query)["jwt"]
    return token


async def test_a_room_is_an_address_with_a_name_that_nobody_guesses() -> None:
    call = await server().make(WISH)
    assert (call.id, call.join_url) == (ROOM, f"https://meet.example.org/{ROOM}")
    assert (call.password, call.dial_in) == (None, None)
    other = await server().make(replace(WISH, key="f" * 32))
    assert other.join_url != call.join_url


async def test_the_same_wish_is_the_same_room() -> None:
    assert await server().make(WISH) == await server().make(WISH)


async def test_rooms_lie_below_the_servers_address() -> None:
    call = await server(address="https://calls.example.org/tenant").make(WISH)
    assert call.join_url == f"https://calls.example.org/tenant/{ROOM}"


async def test_a_server_that_wants_a_token_is_given_one_for_this_room_alone() -> None:
    call = await server(KEY).make(WISH)
    assert call.join_url.startswith(f"https://meet.example.org/{ROOM}?jwt=")
    assert read(token_of(call.join_url), KEY.app_secret) == {
        "iss": "frontdesk",
        "aud": "jitsi",
        "sub": "*",
        "room": ROOM,
        "iat": NOW.timestamp(),
        "exp": (WISH.end + OVERRUN).timestamp(),
    }


async def test_neither_the_secret_nor_who_meets_stands_in_the_address() -> None:
    call = await server(KEY).make(WISH)
    claims = json.dumps(read(token_of(call.join_url), KEY.app_secret))
    for secret in (KEY.app_secret, "Grace", "loan"):
        assert secret not in call.join_url + claims
    assert KEY.app_secret not in repr(KEY)


async def test_a_call_that_moves_keeps_its_room_and_its_token_lasts_as_long_as_the_meeting() -> None:
    made = await server(KEY).make(WISH)
    later = replace(WISH, start=WISH.start + timedelta(days=3), end=WISH.end + timedelta(days=3))
    moved = await server(KEY).move(made.id, later)
    assert moved.id == made.id
    claims = read(token_of(moved.join_url), KEY.app_secret)
    assert (claims["room"], claims["exp"]) == (ROOM, (later.end + OVERRUN).timestamp())
    assert (await server().move(ROOM, later)).join_url == f"https://meet.example.org/{ROOM}"


async def test_there_is_nothing_to_drop_in_an_empty_room() -> None:
    await server(KEY).drop(ROOM)
    await server().drop("no such room")
