"""Files after they were sent: voice messages are written anew; what is deleted here is deleted where it is kept."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from errors import ProviderDown, ProviderError, ProviderRejected
from jobs.retrying import BACKOFF, TryAgain
from jobs.tools import tools
from models.attachment import transcoding
from models.attachment.dropping import DroppedObject, dropped_objects, forget_dropped, put_off
from models.attachment.forgetting import forget_unsent
from models.attachment.looking import look
from models.attachment.sending import TRANSCODE
from models.attachment.transcoding import Errand
from models.queue import queue
from providers.media.transcoding import Transcoder

logger = structlog.get_logger(__name__)

AT_ONCE = 100
PATIENCE = timedelta(hours=24)


@queue.periodic(cron="* * * * *")
@queue.task(name="attachments.drop", queueing_lock="attachments.drop")
async def drop(timestamp: int) -> None:
    """Delete, where files are kept, what no attachment has any more. What cannot be is tried again in an hour."""
    while dropped := await dropped_objects(limit=AT_ONCE):
        stuck = [one for one in dropped if not await _is_deleted(one)]
        if stuck:
            logger.warning("attachments.not_deleted", objects=len(stuck))
            await put_off(stuck)


@queue.periodic(cron="47 * * * *")
@queue.task(name="attachments.forget_unsent", queueing_lock="attachments.forget_unsent")
async def forget_what_was_not_sent(timestamp: int) -> None:
    await forget_unsent(now=tools().now())


@queue.task(name=TRANSCODE, retry=BACKOFF)
async def transcode(attachment_id: int, asked_at: str) -> None:
    """Write the voice message as Ogg/Opus; given up after a day, or at once where it cannot be done."""
    errand = await transcoding.begin(attachment_id)
    if errand is None:
        return
    transcoder = tools().transcoder
    if transcoder is None:
        await transcoding.leave(errand)
        return
    try:
        await _transcode(errand, transcoder)
    except ProviderRejected as rejected:
        logger.warning("attachment.not_transcoded", attachment_id=attachment_id, reason=str(rejected))
        await transcoding.give_up(errand)
    except ProviderDown as down:
        if tools().now() < datetime.fromisoformat(asked_at) + PATIENCE:
            raise TryAgain(after_seconds=down.retry_after_seconds) from None
        logger.warning("attachment.given_up", attachment_id=attachment_id)
        await transcoding.give_up(errand)


async def _transcode(errand: Errand, transcoder: Transcoder) -> None:
    with TemporaryDirectory(prefix="frontdesk-voice-") as folder:
        source, target = Path(folder) / "sent", Path(folder) / "voice.ogg"
        await _fetch(errand.key, source)
        await transcoder.to_opus(source, target, media_type=errand.media_type)
        with await asyncio.to_thread(target.open, "rb") as file:
            made = await asyncio.to_thread(look, file)
            await tools().store.put(errand.opus_key, made.content)
    if not await transcoding.keep(errand, made):
        await tools().store.delete(errand.opus_key)


async def _fetch(key: str, target: Path) -> None:
    with await asyncio.to_thread(target.open, "wb") as file:
        async with tools().store.open(key) as pieces:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)


async def _is_deleted(dropped: DroppedObject) -> bool:
    try:
        await tools().store.delete(dropped.key)
    except ProviderError:
        return False
    await forget_dropped(dropped)
    return True
