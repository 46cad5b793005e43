"""The process's one secret, and the keys that are derived from it, one per purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True, slots=True)
class Keyring:
    """`secret` is at least 32 bytes of randomness. Changing it ends all sessions and manage
    links, and loses what was sealed.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) < 32:
            raise ValueError("the secret key must be at least 32 bytes")

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF, RFC 5869); no two purposes share a key."""
        return _derived(self.secret, purpose)

    def sign(self, purpose: str, message: bytes) -> bytes:
        return hmac.digest(self.key(purpose), message, "sha256")

    def seal(self, text: str) -> bytes:
        """Encrypt what only we may read again, such as a calendar's address."""
        return self._fernet().encrypt(text.encode())

    def open(self, sealed: bytes) -> str | None:
        """What was sealed, or None where it was sealed by another secret."""
        try:
            return self._fernet().decrypt(sealed).decode()
        except InvalidToken:
            return None

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.key("seal")))


def fingerprint(token: str) -> str:
    """What is stored of a random token: enough to recognise it, not to use it."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


@lru_cache(maxsize=128)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)
