"""Operations with files, and files to send."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

if TYPE_CHECKING:
    from tests.resolvers.conftest import Client

OF_ATTACHMENT = "id filename mediaType sizeBytes url durationSeconds state"
UPLOAD = f"""mutation($id: ID!, $file: Upload!) {{
  uploadAttachment(conversationId: $id, file: $file) {{
    attachment {{ {OF_ATTACHMENT} }} errors {{ code message field }} }} }}"""
SEND = f"""mutation($input: SendMessageInput!) {{
  sendMessage(input: $input) {{
    message {{ id seq kind text attachment {{ {OF_ATTACHMENT} }} }} errors {{ code message field }} }} }}"""
MESSAGES = f"""query($id: ID!) {{ conversation(id: $id) {{
  messages {{ edges {{ node {{ id kind text attachment {{ {OF_ATTACHMENT} }} }} }} }} }} }}"""

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55"


def a_file(content: bytes = PNG, name: str = "photo.png") -> UploadFile:
    return UploadFile(BytesIO(content), filename=name)


async def upload(
    client: Client, conversation: str, content: bytes = PNG, name: str = "photo.png"
) -> dict[str, Any]:
    """What becomes of the file."""
    uploaded = await client.do(UPLOAD, id=conversation, file=a_file(content, name))
    assert uploaded["errors"] == []
    return dict(uploaded["attachment"])


async def send(client: Client, conversation: str, **input: Any) -> dict[str, Any]:
    return await client.do(SEND, input={"conversationId": conversation, **input})


async def send_file(client: Client, conversation: str, content: bytes = PNG, **input: Any) -> dict[str, Any]:
    """The message that comes of it."""
    uploaded = await upload(client, conversation, content)
    sent = await send(client, conversation, attachmentId=uploaded["id"], **input)
    assert sent["errors"] == []
    return dict(sent["message"])
