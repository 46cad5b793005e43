"""Calls on a Jitsi Meet server.

A room is there as soon as somebody enters it, so that nothing is asked of the server: who knows the room's name, which
cannot be guessed, may come in. Servers that let nobody in without a token are given one in the address (the JWT of
https://github.com/jitsi/lib-jitsi-meet/blob/master/doc/tokens.md): it opens this one room, until some hours after the
end, and names nobody. Passwords of rooms are set by those who are in them, and dialling in is up to the server.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt

from providers.meetings.protocol import CallWish, ProvidedCall

# Meetings take longer than planned; the address is not to end in the middle of one.
OVERRUN = timedelta(hours=6)
_AUDIENCE = "jitsi"
_ANY_DOMAIN = "*"  # what a server calls itself is often not what browsers call it


@dataclass(frozen=True, slots=True)
class JitsiKey:
    """The application's name and the secret that it shares with the server (`app_id` and `app_secret` there)."""

    app_id: str
    app_secret: str = field(repr=False)


class JitsiCalls:
    """`server` is the https address below which its rooms lie, without a slash at its end."""

    def __init__(self, server: str, key: JitsiKey | None, *, now: Callable[[], datetime]) -> None:
        self._server = server
        self._key = key
        self._now = now

    async def make(self, wish: CallWish) -> ProvidedCall:
        return self._room(f"frontdesk-{wish.key}", wish)

    async def move(self, id: str, wish: CallWish) -> ProvidedCall:
        """The same room, with a token for its new time."""
        return self._room(id, wish)

    async def drop(self, id: str) -> None:
        """A room that nobody is in does not exist."""

    def _room(self, name: str, wish: CallWish) -> ProvidedCall:
        address = f"{self._server}/{name}"
        if self._key is not None:
            address += f"?jwt={self._token(name, wish, self._key)}"
        return ProvidedCall(name, address)

    def _token(self, room: str, wish: CallWish, key: JitsiKey) -> str:
        claims = {
            "iss": key.app_id,
            "aud": _AUDIENCE,
            "sub": _ANY_DOMAIN,
            "room": room,
            "iat": int(self._now().timestamp()),
            "exp": int((wish.end + OVERRUN).timestamp()),
        }
        return jwt.encode(claims, key.app_secret, algorithm="HS256")
