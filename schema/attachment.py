"""Files that are sent in conversations."""

from __future__ import annotations

import strawberry

from models.words import DeliveryState
from resolvers import attachments
from schema.contact import REACHES_MASKED
from schema.field import PEERS, resolved_by
from schema.node import UserError


@strawberry.type(description="A file of a message; or one that was uploaded, and is not sent yet.")
class Attachment:
    shared = PEERS
    id: strawberry.ID = resolved_by(attachments.id, shared=PEERS)
    filename: str = resolved_by(
        attachments.filename,
        description="As who sent it calls it, without what could do harm where it is saved. " + REACHES_MASKED,
        shared=PEERS,
    )
    media_type: str = resolved_by(
        attachments.media_type,
        description="What its content shows, whatever it was sent as; application/octet-stream where that is unknown.",
        shared=PEERS,
    )
    size_bytes: int = resolved_by(attachments.size_bytes, shared=PEERS)
    url: str | None = resolved_by(
        attachments.url,
        description="Where the viewer downloads it, for ten minutes: ask for it again then. Images, sounds and videos"
        " that browsers show safely are shown there, all else is saved. Of a voice message that is DONE, Ogg/Opus; with"
        " `?original` behind it, what was sent.",
    )
    duration_seconds: int | None = strawberry.field(
        description="Of sounds and videos, where it is known, and one at least."
    )
    state: DeliveryState = strawberry.field(
        description="Of a voice message: PENDING while Ogg/Opus is made of it, DONE when that is there, FAILED where"
        " none could be made. NOT_NEEDED for all else."
    )


@strawberry.type
class UploadAttachmentPayload:
    attachment: Attachment | None
    errors: list[UserError]
