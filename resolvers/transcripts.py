"""Transcripts: where they are downloaded."""

from __future__ import annotations

from models.transcript.exporting import export
from models.transcript.wish import Wish
from resolvers import conversations
from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.transcripts import ExportTranscriptInput


@refusals_as_values
async def export_transcript(info: Info, input: ExportTranscriptInput) -> Payload:
    context, world = info.context, info.context.world
    conversation = await conversations.find(info, input.conversation_id)
    wish = Wish(format=input.format, zone=input.time_zone, locale=input.locale, after_seq=input.after_seq or 0)
    link = await export(
        conversation,
        wish,
        actor=context.known(),
        keys=world.keys,
        public_url=world.public_url,
        now=context.now(),
    )
    return Payload(transcript=link)
