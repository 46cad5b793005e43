"""One engine for GraphQL operations, and the lines on which subscriptions come: WebSockets (graphql-transport-ws) and
event streams (GraphQL over SSE).

The composition root builds one `Engine` for the schema, gives it to a `GraphQLSocket` and to the HTTP endpoint
(web.graphql), which is given `EventStreams` too, and runs uvicorn with `ws=bounded_websocket(limits)` and
`http=bounded_http(limits)`.
"""

from realtime.transport.connection import Connection
from realtime.transport.endpoint import GraphQLSocket
from realtime.transport.engine import Engine, OperationRequest, Prepared
from realtime.transport.event_stream import EVENT_STREAM, EventStream, EventStreams
from realtime.transport.http_wire import bounded_http
from realtime.transport.limits import CallerLimits, QueryLimits, SocketLimits
from realtime.transport.line import Line
from realtime.transport.messages import CloseCode
from realtime.transport.outcome import Outcome
from realtime.transport.places import Places
from realtime.transport.server_events import COMPLETE, next_event
from realtime.transport.shaping import Rejected
from realtime.transport.telling import Telling
from realtime.transport.watch import Watch
from realtime.transport.wire import bounded_websocket

__all__ = [
    "COMPLETE",
    "EVENT_STREAM",
    "CallerLimits",
    "CloseCode",
    "Connection",
    "Engine",
    "EventStream",
    "EventStreams",
    "GraphQLSocket",
    "Line",
    "OperationRequest",
    "Outcome",
    "Places",
    "Prepared",
    "QueryLimits",
    "Rejected",
    "SocketLimits",
    "Telling",
    "Watch",
    "bounded_http",
    "bounded_websocket",
    "next_event",
]
