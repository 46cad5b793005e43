"""The GraphQL explorer that is served in development."""

from web.explorer.page import explorer_routes

__all__ = ["explorer_routes"]
