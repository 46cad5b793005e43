"""What a server's answer means: a body, nothing new, try again, or do not."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aiohttp import ClientResponse

from errors import ProviderDown, ProviderRejected

_ASKS_TO_WAIT = frozenset({408, 425, 429})
_LONGEST_WAIT_SECONDS = 86_400.0
_LONGEST_VALIDATOR = 1024
_SAID = {
    401: "The server wants a sign-in.",
    403: "The server forbids it.",
    404: "Nothing is found at the address.",
    410: "What was at the address is gone.",
}


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last answer said about its own version, to be asked again with (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value}

    def or_else(self, older: "Validators") -> "Validators":
        return Validators(self.etag or older.etag, self.last_modified or older.last_modified)


NOTHING_KNOWN = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer's body, or `not_modified` with none."""

    body: bytes
    validators: Validators
    not_modified: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server made of what was sent to it: a status, how its answer began where it is no success, and how long it
    asks to wait."""

    status: int
    beginning: str | None = None
    retry_after_seconds: float | None = None


def raise_for_status(response: ClientResponse) -> None:
    status = response.status
    if 200 <= status < 300:
        return
    if status >= 500 or status in _ASKS_TO_WAIT:
        wait = retry_after_seconds(response.headers.get("Retry-After"))
        raise ProviderDown(f"The server answered {status}.", retry_after_seconds=wait)
    raise ProviderRejected(_SAID.get(status, f"The server answered {status}."))


def retry_after_seconds(text: str | None) -> float | None:
    """Seconds to wait by a Retry-After of either form (RFC 9110, 10.2.3), at most a day."""
    if text is None:
        return None
    try:
        seconds = min(int(text), _LONGEST_WAIT_SECONDS)  # as a float, it may be too long for one
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        seconds = (at - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT_SECONDS)


def validators_of(response: ClientResponse) -> Validators:
    def short(name: str) -> str | None:
        value = response.headers.get(name)
        return value if value is not None and len(value) <= _LONGEST_VALIDATOR else None

    return Validators(etag=short("ETag"), last_modified=short("Last-Modified"))
