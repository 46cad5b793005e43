"""Files that come over HTTP, as browsers send them."""

from __future__ import annotations

import pytest

from models.attachment.attachment import Attachment
from models.organization.organization import Organization
from providers.storage.fake import FakeStore
from tests.resolvers.attachment_documents import PNG
from tests.resolvers.conftest import Talk
from tests.web.attachments.conftest import Browser, an_upload
from tests.web.graphql.forms import temporary_files

MEGABYTE = 1_048_576


async def allow(megabytes: int) -> None:
    organization = await Organization.get(slug="acme")
    rules = {**organization.stored_settings, "max_attachment_megabytes": megabytes}
    await Organization.filter(id=organization.id).update(stored_settings=rules)


async def test_a_guest_uploads_and_downloads_a_file(browser: Browser, talk: Talk) -> None:
    status, answer = await browser.post(an_upload(talk.id, PNG, name="../Grüße.png"), token=talk.token)
    uploaded = answer["data"]["uploadAttachment"]
    assert (status, uploaded["errors"]) == (200, [])
    assert (uploaded["attachment"]["filename"], uploaded["attachment"]["mediaType"]) == (
        "Grüße.png",
        "image/png",
    )
    assert (await browser.get(uploaded["attachment"]["url"])).body == PNG


async def test_strangers_upload_nothing(browser: Browser, talk: Talk, store: FakeStore) -> None:
    for token in (None, "guest_forged", "fd_forged"):
        status, answer = await browser.post(an_upload(talk.id, PNG), token=token)
        assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert store.asked == []


@pytest.mark.parametrize("megabytes", [1.01, 17, 120])
async def test_a_file_that_is_too_large_is_refused_in_the_organizations_own_words(
    browser: Browser, talk: Talk, store: FakeStore, megabytes: float
) -> None:
    await allow(1)
    before = temporary_files()
    content = bytes(int(megabytes * MEGABYTE))
    status, answer = await browser.post(an_upload(talk.id, content), token=talk.token)
    assert (status, answer["data"]["uploadAttachment"]["errors"]) == (
        200,
        [{"code": "ATTACHMENT_TOO_LARGE", "message": "A file may have 1 MB at most.", "field": ["file"]}],
    )
    assert (store.asked, await Attachment.all().count(), temporary_files()) == ([], 0, before)


async def test_an_organization_that_takes_large_files_is_sent_large_files(
    browser: Browser, talk: Talk, store: FakeStore
) -> None:
    await allow(40)
    content = bytes(range(256)) * 4096 * 30
    _, answer = await browser.post(an_upload(talk.id, content), token=talk.token)
    assert answer["data"]["uploadAttachment"]["attachment"]["sizeBytes"] == len(content)
    assert list(store.objects.values()) == [content]


async def test_one_file_comes_at_a_time(browser: Browser, talk: Talk, store: FakeStore) -> None:
    status, answer = await browser.post(an_upload(talk.id, PNG, files=2), token=talk.token)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (413, "BAD_REQUEST")
    assert store.asked == []
