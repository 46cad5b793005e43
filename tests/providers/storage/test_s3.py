"""Files in a bucket: how requests are signed, what the store's answers mean, and how the bucket is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO

import pytest

from errors import ProviderDown, ProviderRejected
from providers.storage.bucket import Bucket
from providers.storage.protocol import PIECE, Content, NoSuchObject
from providers.storage.s3 import S3Store
from providers.storage.sigv4 import NOTHING, signed
from tests.providers.storage.conftest import bucket_at, content, now, read
from tests.providers.storage.s3_server import FakeS3

KEY = "7/3f/3fa9"


@pytest.fixture
def store(s3: FakeS3) -> S3Store:
    return S3Store(bucket_at(s3), now=now)


# ── Signatures ─────────────────────────────────────────────────────────────────────────────────────────────────────

DOCUMENTED = Bucket(
    "https://examplebucket.s3.amazonaws.com",
    "/",
    "us-east-1",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
)
THEN = datetime(2013, 5, 24, tzinfo=UTC)


def test_a_request_is_signed_as_in_the_vendors_own_example_of_getting() -> None:
    headers = signed(
        "GET", DOCUMENTED.url("test.txt"), bucket=DOCUMENTED, body_sha256=NOTHING, now=THEN,
        headers={"range": "bytes=0-9"},
    )  # fmt: skip
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_a_request_is_signed_as_in_the_vendors_own_example_of_putting() -> None:
    headers = signed(
        "PUT", DOCUMENTED.url("test%24file.text"), bucket=DOCUMENTED, now=THEN,
        body_sha256=sha256(b"Welcome to Amazon S3.").hexdigest(),
        headers={"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
    )  # fmt: skip
    assert headers["authorization"].endswith(
        "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    )


async def test_who_has_another_secret_or_clock_or_region_is_let_in_nowhere(s3: FakeS3) -> None:
    for bucket in (
        bucket_at(s3, secret="another"),
        bucket_at(s3, region="us-east-1"),
        bucket_at(s3, bucket="another"),
        replace(bucket_at(s3), access_key="another"),
    ):
        store = S3Store(bucket, now=now)
        with pytest.raises(ProviderRejected):
            await store.put(KEY, content(b"x"))
        with pytest.raises(ProviderRejected) as rejected:
            await read(store, KEY)
        assert not isinstance(rejected.value, NoSuchObject)
    late = S3Store(bucket_at(s3), now=lambda: now() - timedelta(hours=1))
    with pytest.raises(ProviderRejected, match="RequestTimeTooSkewed"):
        await late.put(KEY, content(b"x"))
    assert s3.objects == {}


async def test_the_store_takes_nothing_but_what_was_announced(s3: FakeS3, store: S3Store) -> None:
    with pytest.raises(ProviderRejected, match="XAmzContentSHA256Mismatch"):
        await store.put(KEY, Content(BytesIO(b"other"), 5, sha256(b"said").hexdigest()))
    for size in (4, 6):
        with pytest.raises(ProviderRejected, match="not as large"):
            await store.put(KEY, Content(BytesIO(b"other"), size, sha256(b"other").hexdigest()))
    assert s3.objects == {}


# ── Answers ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_objects_lie_below_the_prefix(s3: FakeS3, store: S3Store) -> None:
    await store.put(KEY, content(b"x"))
    assert list(s3.objects) == [f"files/{KEY}"]


async def test_a_large_file_goes_in_pieces(s3: FakeS3, store: S3Store) -> None:
    large = bytes(range(256)) * 20_000
    await store.put(KEY, content(large))
    assert s3.objects[f"files/{KEY}"] == large
    assert len(s3.pieces) > 10
    assert max(s3.pieces) <= 2 * PIECE


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (500, "InternalError", ProviderDown),
        (503, "SlowDown", ProviderDown),
        (429, "TooManyRequests", ProviderDown),
        (403, "AccessDenied", ProviderRejected),
        (301, "PermanentRedirect", ProviderRejected),
        (400, "InvalidRequest", ProviderRejected),
    ],
)
async def test_what_the_store_answers_is_told_as_it_is_meant(
    s3: FakeS3, store: S3Store, status: int, code: str, kind: type[Exception]
) -> None:
    s3.trouble = (status, code)
    for asking in (store.put(KEY, content(b"x")), read(store, KEY), store.delete(KEY)):
        with pytest.raises(kind, match=f"{status} .{code}"):
            await asking


async def test_a_bucket_that_is_not_there_is_not_an_object_that_is_not_there(s3: FakeS3) -> None:
    store = S3Store(bucket_at(s3, bucket="nothing"), now=now)
    for asking in (read(store, KEY), store.delete(KEY)):
        with pytest.raises(ProviderRejected, match="NoSuchBucket") as rejected:
            await asking
        assert not isinstance(rejected.value, NoSuchObject)


async def test_what_breaks_off_does_not_look_whole(s3: FakeS3, store: S3Store) -> None:
    await store.put(KEY, content(bytes(1_000_000)))
    s3.breaks_off = True
    with pytest.raises(ProviderDown):
        await read(store, KEY)


async def test_a_store_that_sends_no_parts_is_not_taken_to_do_so(s3: FakeS3, store: S3Store) -> None:
    await store.put(KEY, content(b"whole"))
    s3.ignores_ranges = True
    with pytest.raises(ProviderRejected):
        await read(store, KEY, start=1)


async def test_a_store_that_is_not_there_may_be_there_later(s3: FakeS3) -> None:
    store = S3Store(replace(bucket_at(s3), origin="http://127.0.0.1:9"), now=now)
    for asking in (store.put(KEY, content(b"x")), read(store, KEY), store.delete(KEY)):
        with pytest.raises(ProviderDown):
            await asking


async def test_what_goes_wrong_with_the_reader_is_not_the_stores_fault(store: S3Store) -> None:
    await store.put(KEY, content(b"x"))
    with pytest.raises(ConnectionResetError):
        async with store.open(KEY):
            raise ConnectionResetError("the browser has gone")


# ── Names ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://key:secret@s3.example/bucket", "https://s3.example/bucket/a"),
        ("https://key:secret@s3.example:443/bucket/", "https://s3.example/bucket/a"),
        ("http://key:secret@10.0.0.1:9000/bucket/deep/er", "http://10.0.0.1:9000/bucket/deep/er/a"),
        ("http://key:secret@[::1]:9000/bucket", "http://[::1]:9000/bucket/a"),
        ("https://key:secret@s3.example/bucket?style=virtual", "https://bucket.s3.example/a"),
        (
            "https://key:secret@s3.example:8443/bucket/deep?style=virtual",
            "https://bucket.s3.example:8443/deep/a",
        ),
    ],
)
def test_a_bucket_is_named_by_its_address(url: str, place: str) -> None:
    assert Bucket.of(url).url("a") == place


def test_who_asks_and_the_region_stand_in_the_address_too() -> None:
    bucket = Bucket.of("https://AKID:a%2Fb%2Bc%40@s3.eu-central-1.amazonaws.com/bucket?region=eu-central-1")
    assert (bucket.access_key, bucket.secret_key, bucket.region) == ("AKID", "a/b+c@", "eu-central-1")
    assert Bucket.of("https://key:secret@s3.example/bucket").region == "us-east-1"
    assert "a/b+c@" not in repr(bucket)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3://key:hunter2@s3.example/bucket",
        "https://s3.example/bucket",
        "https://key@s3.example/bucket",
        "https://key:hunter2@s3.example",
        "https://key:hunter2@s3.example/",
        "https://key:hunter2@s3.example/B",
        "https://key:hunter2@s3.example/bucket/../other",
        "https://key:hunter2@s3.example/bucket/a b",
        "https://key:hunter2@s3.example/bucket#x",
        "https://key:hunter2@s3.example/bucket?style=odd",
        "https://key:hunter2@s3.example/bucket?region=",
        "https://key:hunter2@s3.example/bucket?region=a&region=b",
        "https://key:hunter2@s3.example/bucket?acl=public",
        "https://key:hunter2@10.0.0.1/bucket?style=virtual",
        "https://key:hunter2@s3.example:x/bucket",
    ],
)
def test_what_names_no_bucket_is_refused_without_the_secret(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        Bucket.of(url)
    assert "hunter2" not in str(refused.value)
