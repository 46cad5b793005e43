"""Two ways in, one engine: GraphQL operations, and the WebSocket that carries them (graphql-transport-ws).

The composition root builds one `Engine` for the schema, gives it to the HTTP endpoint (web.graphql) and to a
`GraphQLSocket`, and runs uvicorn with `ws=bounded_websocket(limits)`.
"""

from realtime.transport.connection import Connection
from realtime.transport.endpoint import GraphQLSocket
from realtime.transport.engine import Engine, OperationRequest, Outcome, Prepared
from realtime.transport.limits import QueryLimits, SocketLimits
from realtime.transport.messages import CloseCode
from realtime.transport.operation import Operation
from realtime.transport.shaping import Rejected
from realtime.transport.watch import Watch
from realtime.transport.wire import bounded_websocket

__all__ = [
    "CloseCode",
    "Connection",
    "Engine",
    "GraphQLSocket",
    "Operation",
    "OperationRequest",
    "Outcome",
    "Prepared",
    "QueryLimits",
    "Rejected",
    "SocketLimits",
    "Watch",
    "bounded_websocket",
]
