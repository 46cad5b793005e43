"""The opaque cursors that clients keep: a seq, bound to its topic by a key that only the server has."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from realtime.feed import UNKNOWN

_TAG_BYTES = (
    12  # a guess is right once in 2**96, and a right guess wins nothing but another place in the same feed
)
_LONGEST = 28  # characters: 8 bytes of seq and the tag, in base64
_PURPOSE = b"frontdesk feed cursor 1\0"  # keeps these tags apart from all else that is signed with the same key


class Cursors:
    """Mints and reads cursors. Every process of an installation needs the same key, of at least 16 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a cursor key has at least 16 bytes")
        self._key = key

    def mint(self, topic: str, seq: int) -> str:
        """The cursor of an event: url-safe, at most 28 characters, and meaningless for any other topic."""
        fixed = seq.to_bytes(8, "big")
        tag = hmac.digest(self._key, _PURPOSE + topic.encode() + fixed, "sha256")[:_TAG_BYTES]
        return urlsafe_b64encode(fixed.lstrip(b"\0") + tag).rstrip(b"=").decode()

    def read(self, cursor: str, *, topic: str) -> int | None:
        """The seq in a cursor minted for this topic; None for one that is forged, foreign or malformed."""
        if len(cursor) > _LONGEST or not cursor.isascii():
            return None
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            return None
        seq = int.from_bytes(raw[:-_TAG_BYTES][:8], "big")
        # Comparing whole cursors, not tags, leaves every seq exactly one spelling.
        return seq if hmac.compare_digest(self.mint(topic, seq), cursor) else None

    def after(self, cursor: str | None, *, topic: str) -> int | None:
        """What to subscribe after: None without a cursor, and `UNKNOWN` for one that cannot be read."""
        if cursor is None:
            return None
        seq = self.read(cursor, topic=topic)
        return UNKNOWN if seq is None else seq
