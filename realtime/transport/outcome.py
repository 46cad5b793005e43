"""What comes of one execution, as clients are told."""

from __future__ import annotations

from typing import Any

import orjson

from realtime.transport.shaping import FormattedError, Rejected


class Outcome:
    """One response: of a query, a mutation, or one event. `ran` is False where there is no data to speak of. It is
    encoded once, however many it goes to."""

    __slots__ = ("_encoded", "data", "errors", "ran")

    def __init__(self, data: dict[str, Any] | None, errors: list[FormattedError], *, ran: bool = True) -> None:
        self.data = data
        self.errors = errors
        self.ran = ran
        self._encoded: bytes | None = None

    def encode(self) -> bytes:
        """As JSON; data that JSON cannot hold is an error of ours, and masked."""
        if self._encoded is None:
            self._encoded = self._encode()
        return self._encoded

    def _encode(self) -> bytes:
        try:
            return self._as_json()
        except orjson.JSONEncodeError as error:
            return Outcome(None, Rejected.by(error).errors).encode()

    def _as_json(self) -> bytes:
        if not self.ran:
            return orjson.dumps({"errors": self.errors})
        if not self.errors:
            return b'{"data":%b}' % orjson.dumps(self.data)
        return orjson.dumps({"data": self.data, "errors": self.errors})
