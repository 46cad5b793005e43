"""What one request and one socket may ask of the server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """How large a document may be; beyond any of these it is refused as TOO_COMPLEX.

    `fields`, `aliases` and `depth` count the selected operation with its fragments written out, `cost` counts
    its fields once for each element that the lists they stand in may bring (see `complexity`). `repeats` is how often
    one response name may stand in one selection set: validation compares each with each. `attempts` is how often a
    mutation may name root fields that are `guarded`, such as those at which passwords are tried. The defaults let the
    standard introspection query pass.
    """

    tokens: int = 2_000
    characters: int = 200_000
    depth: int = 16
    fields: int = 500
    aliases: int = 30
    repeats: int = 20
    cost: int = 10_000
    attempts: int = 1
    guarded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """How much one WebSocket or event stream may hold, and how long it may keep the server waiting."""

    operations: int = 100
    """Operations under way at once, the ones still winding down included."""

    message_bytes: int = 1_048_576
    """The largest message taken from a client; a larger one closes the socket with 1009."""

    id_characters: int = 1_000
    """The longest operation id: it comes back with every event."""

    init_seconds: float = 10
    """From the handshake until the acknowledgement; then 4408."""

    head_seconds: float = 30
    """For the head of an HTTP request, from the opening of its connection or its first byte; then it is dropped."""

    strangers: int = 2_000
    """Sockets of the process that have not introduced themselves yet; one more is closed with 1013."""

    buffer_bytes: int = 1_048_576
    """Unsent bytes beyond which nothing more is queued and the client is dropped."""

    stall_seconds: float = 10
    """A client that takes no byte of what waits for it for so long is dropped."""

    ping_seconds: float = 20
    """Between two WebSocket pings."""

    comment_seconds: float = 15
    """Between two comments on an event stream, which keep it open where nothing happens."""

    pong_seconds: float = 20
    """A peer that does not answer a ping for so long is taken for dead and dropped."""

    close_seconds: float = 2
    """How long a closing socket may take, and its operations to wind down."""


@dataclass(frozen=True, slots=True)
class CallerLimits:
    """How much one caller may have open at once in one process, over all their WebSockets and event streams."""

    connections: int = 200
    """WebSockets and event streams. One more is refused as RATE_LIMITED: with 1013, or with status 429."""

    subscriptions: int = 1_000
    """One more is refused as RATE_LIMITED, and what runs goes on."""

    public: int = 10_000
    """Of each, for all together who show no token: nothing tells them apart that could be trusted."""
