"""What becomes of files after they were sent: voice messages are written anew, and what is deleted is so everywhere."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tortoise import connections

from jobs.tools import Tools, equip
from models.attachment.attachment import Attachment
from models.attachment.dropping import DroppedObject
from models.attachment.forgetting import forget_attachment
from models.attachment.looking import look
from models.attachment.transcoding import begin, keep
from models.conversation.conversation import Conversation
from models.conversation.message import Message
from models.organization.organization import Organization
from models.transactions import transaction
from providers.media.fake import FakeTranscoder, silence
from providers.storage.fake import FakeStore
from resolvers.context import World
from tests.builders import Clock
from tests.jobs.conftest import Jobs
from tests.models.retention.nights import LAST_DAY, MINUTE, purge, purging
from tests.resolvers.attachment_documents import MESSAGES, PNG, UPLOAD, a_file, send, send_file, upload
from tests.resolvers.conftest import Talk
from tests.resolvers.conftest import public as public
from tests.resolvers.conftest import sign_in as sign_in
from tests.resolvers.conftest import talk as talk
from tests.resolvers.conftest import world as world
from tests.resolvers.feeds import following
from tests.resolvers.test_attachments import WAV


@pytest.fixture
def store(world: World) -> FakeStore:
    assert isinstance(world.store, FakeStore)
    return world.store


@pytest.fixture
def transcoder() -> FakeTranscoder:
    return FakeTranscoder()


@pytest.fixture
def tools(tools: Tools, store: FakeStore, transcoder: FakeTranscoder) -> Tools:
    mine = replace(tools, store=store, transcoder=transcoder)
    equip(mine)
    return mine


async def shown(talk: Talk) -> dict[str, Any]:
    """The newest file, as the agent sees it."""
    messages = (await talk.anna.do(MESSAGES, id=talk.id))["messages"]["edges"]
    return dict(messages[-1]["node"]["attachment"])


# ── Voice messages ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_voice_message_is_written_anew_and_what_was_sent_is_kept(
    jobs: Jobs, talk: Talk, store: FakeStore, transcoder: FakeTranscoder
) -> None:
    sent = (await send_file(talk.grace, talk.id, WAV, kind="VOICE"))["attachment"]
    assert (sent["state"], sent["mediaType"]) == ("PENDING", "audio/wav")
    async with following.conversation(talk.anna, talk) as feed:
        await jobs.run()
        assert (await feed.next())["__typename"] == "MessageChanged"
    made = await shown(talk)
    assert {**made, "id": "", "url": ""} == {
        "id": "",
        "filename": "photo.png.ogg",
        "mediaType": "audio/ogg",
        "sizeBytes": len(silence(2.0)),
        "url": "",
        "durationSeconds": 2,
        "state": "DONE",
    }
    assert sorted(store.objects.values(), key=len) == [silence(2.0), WAV]
    assert transcoder.asked == ["audio/wav"]


async def test_one_that_is_opus_already_and_a_sound_that_is_only_attached_stay_as_they_are(
    jobs: Jobs, talk: Talk, transcoder: FakeTranscoder
) -> None:
    for content, kind in ((silence(3), "VOICE"), (WAV, "ATTACHMENT")):
        sent = (await send_file(talk.grace, talk.id, content, kind=kind))["attachment"]
        assert sent["state"] == "NOT_NEEDED"
    await jobs.run()
    assert transcoder.asked == []


async def test_without_ffmpeg_it_stays_as_it_was_sent(jobs: Jobs, talk: Talk, tools: Tools) -> None:
    equip(replace(tools, transcoder=None))
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    await jobs.run()
    assert ((await shown(talk))["state"], (await shown(talk))["mediaType"]) == ("NOT_NEEDED", "audio/wav")


async def test_what_cannot_be_written_anew_stays_as_it_was_sent_and_says_so(
    jobs: Jobs, talk: Talk, transcoder: FakeTranscoder
) -> None:
    transcoder.reject()
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    async with following.conversation(talk.anna, talk) as feed:
        await jobs.run()
        assert (await feed.next())["__typename"] == "MessageChanged"
    assert ((await shown(talk))["state"], (await shown(talk))["mediaType"]) == ("FAILED", "audio/wav")
    assert await jobs.failed() == []


@pytest.mark.parametrize("away", ["store", "transcoder"])
async def test_what_is_away_is_waited_for_a_day_and_then_no_more(
    jobs: Jobs, talk: Talk, store: FakeStore, transcoder: FakeTranscoder, clock: Clock, away: str
) -> None:
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    if away == "store":
        store.go_down()
    else:
        transcoder.go_down()
    await jobs.run()
    assert (await shown(talk))["state"] == "PENDING"
    clock.advance(hours=25)
    await jobs.hurry()
    assert (await shown(talk))["state"] == "FAILED"
    assert await jobs.waiting("attachments.transcode") == []


async def test_a_lost_answer_costs_nothing_but_another_try(
    jobs: Jobs, talk: Talk, store: FakeStore, transcoder: FakeTranscoder
) -> None:
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    sent = set(store.objects)
    transcoder.go_down()
    await jobs.run()
    transcoder.recover()
    await jobs.hurry()
    assert (await shown(talk))["state"] == "DONE"
    attachment = await Attachment.get()
    assert set(store.objects) == {*sent, attachment.opus_key}


async def test_of_two_workers_that_do_the_same_the_later_one_counts(
    talk: Talk, jobs: Jobs, tmp_path: Any
) -> None:
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    attachment = await Attachment.get()
    (tmp_path / "voice").write_bytes(silence(2.0))
    with (tmp_path / "voice").open("rb") as file:
        made = look(file)
    first, second = await begin(attachment.id), await begin(attachment.id)
    assert first is not None
    assert second is not None
    kept = await asyncio.gather(*(keep(errand, made) for errand in (first, second, second)))
    assert sorted(kept) == [False, False, True]
    assert (await Attachment.get()).opus_key == second.opus_key
    assert [one.key for one in await DroppedObject.all()] == [first.opus_key]


async def test_what_is_taken_back_while_it_is_written_anew_is_kept_nowhere(
    jobs: Jobs, talk: Talk, store: FakeStore, tools: Tools
) -> None:
    class Slow(FakeTranscoder):
        """Takes so long that the message is taken back meanwhile."""

        async def to_opus(self, *args: Any, **kwargs: Any) -> None:
            await super().to_opus(*args, **kwargs)
            async with transaction() as tx:
                await forget_attachment(tx, await Message.get(kind="VOICE"))

    equip(replace(tools, transcoder=Slow()))
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    await jobs.run()
    await due_now()
    await jobs.run_periodic("attachments.drop")
    assert store.objects == {}
    assert await jobs.failed() == []


# ── What is deleted ────────────────────────────────────────────────────────────────────────────────────────────────


async def due_now() -> None:
    """Let the time come for everything that is to be deleted."""
    await connections.get("default").execute_query_dict("UPDATE dropped_object SET due_at = now()")


async def test_what_a_message_had_is_deleted_everywhere_once_it_is_taken_back(
    jobs: Jobs, talk: Talk, store: FakeStore
) -> None:
    await send_file(talk.grace, talk.id, WAV, kind="VOICE")
    await send_file(talk.grace, talk.id)
    await jobs.run()
    assert len(store.objects) == 3
    async with transaction() as tx:
        await forget_attachment(tx, await Message.get(kind="VOICE"))
    await jobs.run_periodic("attachments.drop")
    assert list(store.objects.values()) == [PNG]
    assert await DroppedObject.all().count() == 0


async def test_a_refused_change_deletes_nothing(jobs: Jobs, talk: Talk, store: FakeStore) -> None:
    await send_file(talk.grace, talk.id)
    with pytest.raises(RuntimeError):
        async with transaction() as tx:
            await forget_attachment(tx, await Message.get(kind="ATTACHMENT"))
            raise RuntimeError("something else")
    await jobs.run_periodic("attachments.drop")
    assert list(store.objects.values()) == [PNG]


async def test_what_was_sent_goes_with_the_conversation_when_that_is_purged(
    jobs: Jobs, talk: Talk, store: FakeStore
) -> None:
    organization = await Organization.get(slug="acme")
    await purging(organization)
    await send_file(talk.grace, talk.id)
    await send_file(talk.anna, talk.id, kind="NOTE")
    await upload(talk.grace, talk.id)
    await purge(organization, now=LAST_DAY)
    await jobs.run_periodic("attachments.drop")
    assert len(store.objects) == 3
    await purge(organization, now=LAST_DAY + MINUTE)
    assert (await Conversation.all().count(), await Attachment.all().count()) == (0, 0)
    await jobs.run_periodic("attachments.drop")
    assert store.objects == {}


async def test_a_message_that_is_deleted_by_whatever_statement_leaves_no_file(
    jobs: Jobs, talk: Talk, store: FakeStore
) -> None:
    await send_file(talk.grace, talk.id)
    await connections.get("default").execute_query_dict("DELETE FROM message")
    await jobs.run_periodic("attachments.drop")
    assert store.objects == {}


async def test_what_nobody_has_sent_goes_after_a_day(
    jobs: Jobs, talk: Talk, store: FakeStore, clock: Clock
) -> None:
    await upload(talk.grace, talk.id, b"forgotten")
    sent = await upload(talk.grace, talk.id, b"sent")
    await send(talk.grace, talk.id, attachmentId=sent["id"])
    clock.advance(hours=23)
    await upload(talk.grace, talk.id, b"new")
    clock.advance(minutes=61)
    await jobs.run_periodic("attachments.forget_unsent")
    await jobs.run_periodic("attachments.drop")
    assert sorted(store.objects.values()) == [b"new", b"sent"]


async def test_what_may_just_be_coming_in_is_not_deleted_at_once(
    jobs: Jobs, talk: Talk, store: FakeStore
) -> None:
    store.lose_answers()
    await talk.grace.run(UPLOAD, id=talk.id, file=a_file())
    store.recover()
    await Attachment.all().delete()
    await jobs.run_periodic("attachments.drop")
    assert len(store.objects) == 1
    await due_now()
    await jobs.run_periodic("attachments.drop")
    assert store.objects == {}


async def test_what_cannot_be_deleted_now_is_in_an_hour_and_does_not_hold_up_others(
    jobs: Jobs, talk: Talk, store: FakeStore
) -> None:
    await send_file(talk.grace, talk.id)
    await Attachment.all().delete()
    for trouble in (store.go_down, store.reject, store.lose_answers):
        trouble()
        await due_now()
        await jobs.run_periodic("attachments.drop")
        assert await DroppedObject.all().count() == 1
    store.recover()
    await jobs.run_periodic("attachments.drop")
    assert await DroppedObject.all().count() == 1
    await due_now()
    await jobs.run_periodic("attachments.drop")
    assert (await DroppedObject.all().count(), store.objects, await jobs.failed()) == (0, {}, [])
