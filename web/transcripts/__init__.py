"""The addresses that transcripts are downloaded from."""

from web.transcripts.route import transcript_routes as transcript_routes
