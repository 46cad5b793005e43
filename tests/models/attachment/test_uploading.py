"""Files come in while something else happens."""

from __future__ import annotations

from io import BytesIO

import pytest

from errors import NotFound
from models.agent.agent import Agent
from models.attachment.attachment import Attachment
from models.attachment.dropping import DroppedObject
from models.attachment.uploading import Incoming, upload
from models.conversation.conversation import Conversation
from providers.storage.fake import FakeStore
from providers.storage.protocol import Content
from tests.builders import MONDAY
from tests.models.conversation.talks import begun, guest_of


class WhilePurging(FakeStore):
    """When it has kept a file, the conversation is deleted; then it may be down."""

    def __init__(self, *, is_down: bool) -> None:
        super().__init__()
        self._is_down = is_down

    async def put(self, key: str, content: Content) -> None:
        await super().put(key, content)
        await Conversation.all().delete()
        if self._is_down:
            self.go_down()


@pytest.mark.parametrize("is_down", [False, True])
async def test_a_file_whose_conversation_is_deleted_meanwhile_is_deleted_too(
    anna: Agent, is_down: bool
) -> None:
    conversation = await begun(anna)
    store, file = WhilePurging(is_down=is_down), Incoming(BytesIO(b"%PDF-1.7"), "a.pdf", 8)
    with pytest.raises(NotFound):
        await upload(conversation, file, actor=await guest_of(conversation), store=store, now=MONDAY)
    assert await Attachment.all().count() == 0
    assert list(store.objects) == ([] if not is_down else [one.key for one in await DroppedObject.all()])
