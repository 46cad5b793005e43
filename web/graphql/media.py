"""Which response type a client wants (GraphQL over HTTP, section 6.1; GraphQL over SSE)."""

from typing import NamedTuple

from realtime.transport import EVENT_STREAM

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
FORM = "multipart/form-data"


class Preference(NamedTuple):
    """One element of an Accept header."""

    media_type: str
    quality: float

    def serves(self) -> str | None:
        """The response type that would satisfy it; a wildcard means the older one, which everybody reads."""
        if self.media_type in (GRAPHQL_JSON, JSON, EVENT_STREAM):
            return self.media_type
        return JSON if self.media_type in ("*/*", "application/*") else None


def negotiated(accept: str | None) -> str | None:
    """The best response type for an Accept header; None where none would do. No header means anything."""
    if accept is None or not accept.strip():
        return JSON
    preferences = preferred(accept)
    refused = {wish.media_type for wish in preferences if wish.quality <= 0}
    wanted = [wish for wish in preferences if wish.quality > 0 and wish.serves() not in (None, *refused)]
    return max(wanted, key=lambda wish: wish.quality).serves() if wanted else None


def takes_events(accept: str | None) -> bool:
    """Whether the client reads event streams, however gladly: there is no other response to a subscription."""
    return any(wish.media_type == EVENT_STREAM and wish.quality > 0 for wish in preferred(accept or ""))


def preferred(accept: str) -> list[Preference]:
    return [preference(element) for element in accept.split(",")]


def preference(element: str) -> Preference:
    media_type, *parameters = (part.strip().lower() for part in element.split(";"))
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return Preference(media_type, float(quality))
    except ValueError:
        return Preference(media_type, 0)


def is_utf8_json(content_type: str | None) -> bool:
    """Whether a request's body is JSON in UTF-8, said or not."""
    media_type, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charsets = [
        value.removeprefix("charset=").strip('"') for value in parameters if value.startswith("charset=")
    ]
    return media_type == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def is_form(content_type: str | None) -> bool:
    """Whether a request's body is a form with files in it."""
    return (content_type or "").partition(";")[0].strip().lower() == FORM
