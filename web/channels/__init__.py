"""Where providers of messages tell us what happens at connected numbers."""

from web.channels.route import channel_routes as channel_routes
