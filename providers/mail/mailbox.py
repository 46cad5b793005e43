"""A name and the address behind it, as senders, readers and attendees have them."""

import re
from dataclasses import dataclass

from errors import ProviderRejected

# Narrower than RFC 5321: no quoted local parts and no address literals, which no guest has and which would need
# escaping in headers, envelopes and calendar lines alike.
_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff<>()\[\]\\,;:@\"]{1,64}")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox that can be written to; refuses an address that none can have (ProviderRejected).

    The name is kept as typed; whoever writes it out makes it one line.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        local, at, domain = self.address.rpartition("@")
        if not at or not _LOCAL.fullmatch(local) or ".." in local or local[0] == "." or local[-1] == ".":
            raise ProviderRejected(f"{self.address!r} is no mail address")
        ascii_domain = _ascii(domain)
        if len(ascii_domain) > 253 or not all(map(_LABEL.fullmatch, ascii_domain.split("."))):
            raise ProviderRejected(f"{self.address!r} is no mail address")

    @property
    def domain(self) -> str:
        """The domain as DNS has it (RFC 5890): ASCII."""
        return _ascii(self.address.rpartition("@")[2])

    @property
    def wire_address(self) -> str:
        """The address as it goes to the server: the domain in ASCII, the local part as it is (RFC 6531)."""
        return f"{self.address.rpartition('@')[0]}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 can take it."""
        return not self.wire_address.isascii()


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ProviderRejected(f"{domain!r} is no mail domain") from error
