"""GraphQL over HTTP; it shares its engine, limits and error shaping with the WebSocket (realtime.transport)."""

from web.graphql.endpoint import GraphQLOverHTTP
from web.graphql.reading import BodyLimits, UploadLimits

__all__ = ["BodyLimits", "GraphQLOverHTTP", "UploadLimits"]
