"""Sending a letter, once."""

from jobs.tools import tools
from models.letter.sent import SentLetter
from providers.mail.letter import Letter


async def send_once(letter: Letter, *, organization_id: int) -> None:
    """Send what has not been sent, and note it.

    Only where the worker dies between sending and noting does it go out twice, and is then the same message to the
    byte, which mail programs show once.
    """
    if await SentLetter.exists(message_id=letter.message_id):
        return
    await tools().mailer.send(letter)
    await SentLetter.note(letter.message_id, organization_id=organization_id)
