"""What files are, by their content: samples that common programs have written, and beginnings of others."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.media.fake import silence
from providers.media.media import Media
from providers.media.sniffing import examine

SAMPLES = Path(__file__).parent / "samples"


def seen(content: bytes) -> Media:
    return examine(BytesIO(content))


@pytest.mark.parametrize(
    ("name", "media_type", "seconds", "codec"),
    [
        ("voice.ogg", "audio/ogg", 2.5, "opus"),
        ("vorbis.ogg", "audio/ogg", 2.5, "vorbis"),
        ("voice.webm", "audio/webm", 2.5, "opus"),
        ("recorded.webm", "audio/webm", 2.5, "opus"),
        ("voice.m4a", "audio/mp4", 2.5, None),
        ("recorded.mp4", "audio/mp4", 2.5, None),
        ("voice.mp3", "audio/mpeg", 2.5, None),
        ("constant.mp3", "audio/mpeg", 2.5, None),
        ("voice.wav", "audio/wav", 1.0, None),
        ("voice.flac", "audio/flac", 1.0, None),
        ("film.mp4", "video/mp4", 2.0, None),
        ("film.webm", "video/webm", 2.0, None),
    ],
)
def test_what_plays_is_known_and_for_how_long(
    name: str, media_type: str, seconds: float, codec: str | None
) -> None:
    found = seen((SAMPLES / name).read_bytes())
    assert (found.media_type, found.codec) == (media_type, codec)
    assert found.seconds == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("voice.aac", "audio/aac"),
        ("picture.png", "image/png"),
        ("picture.jpg", "image/jpeg"),
        ("picture.webp", "image/webp"),
        ("picture.avif", "image/avif"),
    ],
)
def test_what_does_not_say_how_long_it_plays_is_known_all_the_same(name: str, media_type: str) -> None:
    assert seen((SAMPLES / name).read_bytes()) == Media(media_type)


OFFICE = "application/vnd.openxmlformats-officedocument."
ZIP = b"PK\x03\x04" + bytes(26)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"GIF89a\x01\0\x01\0", "image/gif"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0", "image/bmp"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "image/avif"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        (b"\0\0\0\x14ftyp3gp5\0\0\0\0isom", "video/3gpp"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8), "application/x-ole-storage"),
        (b"#!AMR\n\x3c", "audio/amr"),
        (ZIP + b"a.txt", "application/zip"),
        (ZIP + b"[Content_Types].xml" + ZIP + b"word/document.xml", OFFICE + "wordprocessingml.document"),
        (ZIP + b"[Content_Types].xml" + ZIP + b"xl/workbook.xml", OFFICE + "spreadsheetml.sheet"),
        (ZIP + b"[Content_Types].xml" + ZIP + b"_rels/.rels", "application/zip"),
        (
            ZIP + b"mimetypeapplication/vnd.oasis.opendocument.textPK",
            "application/vnd.oasis.opendocument.text",
        ),
        (ZIP + b"mimetypeapplication/vnd.oasis.opendocument.evil", "application/zip"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        (b"\x1f\x8b\x08\0", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"MZ\x90\0\x03\0", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF\x02\x01", "application/x-executable"),
        (bytes(257) + b"ustar\x0000", "application/x-tar"),
        (b"OggS\0\x02" + bytes(20), "application/ogg"),
        (b"RIFF\0\0\0\0AVI LIST\0\0", "video/x-msvideo"),
        (b"\0\1\2\3", "application/octet-stream"),
    ],
)
def test_what_begins_so_is_of_that_type(content: bytes, media_type: str) -> None:
    assert seen(content).media_type == media_type


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"Hello,\r\n\tworld \xf0\x9f\x99\x82", "text/plain"),
        ("Grüße".encode("latin-1"), "text/plain"),
        ("\ufeffGrüße".encode("utf-16-le"), "text/plain"),
        (b"MZ is not a program", "text/plain"),
        (b"BZh, as they say", "text/plain"),
        (b"a < b and b > c; <script> is a word", "text/plain"),
        (b"alert(1)", "text/plain"),
        (b"BEGIN:VCARD\r\nVERSION:4.0", "text/vcard"),
        (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
        (b"<!DOCTYPE html><title>x</title>", "text/html"),
        (b"\xef\xbb\xbf  \n<HTML lang=en>", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b"<img src=x onerror=alert(1)>", "text/html"),
        (b"<!-- x --><script>alert(1)</script>", "text/html"),
        ("\ufeff<script>alert(1)</script>".encode("utf-16-le"), "text/html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "text/html"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"<?xml version='1.0'?><!-- x --><s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><feed/>", "application/xml"),
        (b"<?php echo 1;", "application/xml"),
        (b"<3", "text/plain"),
    ],
)
def test_of_text_it_is_known_what_a_browser_would_run(content: bytes, media_type: str) -> None:
    assert seen(content).media_type == media_type


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_what_breaks_off_anywhere_is_no_error(name: str) -> None:
    content = (SAMPLES / name).read_bytes()
    whole = seen(content)
    for end in [*range(0, 300, 7), *range(300, len(content), 331)]:
        found = seen(content[:end])
        assert found.seconds is None or found.seconds <= (whole.seconds or 0) + 3


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            b"",
            b"OggS\0\x02",
            b"RIFF\0\0\0\0WAVE",
            b"fLaC",
            b"ID3",
            b"\xff\xfb\x90\0",
            b"\x1a\x45\xdf\xa3",
            b"\0\0\0\x18ftypisom",
        ]
    ),
    st.binary(max_size=2_000),
)
def test_whatever_comes_is_something(beginning: bytes, rest: bytes) -> None:
    found = seen(beginning + rest)
    assert "/" in found.media_type
    assert found.seconds is None or 0 < found.seconds < 8 * 86_400


@settings(max_examples=300)
@given(st.sampled_from(sorted(path.name for path in SAMPLES.iterdir())), st.data())
def test_whatever_is_changed_in_a_file_is_no_error(name: str, data: st.DataObject) -> None:
    content = bytearray((SAMPLES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert seen(bytes(content)).media_type


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x14ftypisom\0\0\0\0isom" + b"\0\0\0\x08moov" * 500_000,
        b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\xff" * 500_000,
        b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 500_000,
        b"OggS" * 1_000_000,
        b"<" * 8_192 + b"svg" * 100,
    ],
)
def test_a_file_of_nothing_but_beginnings_keeps_nobody_busy(content: bytes) -> None:
    assert seen(content).seconds is None


class Counting(BytesIO):
    """A file that knows how much was read of it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.count += len(piece)
        return piece


def test_boxes_that_say_they_are_larger_than_they_are_are_not_read_over_and_over() -> None:
    samples = b"\0\0\0\x10trun\0\0\x01\0" + (200_000).to_bytes(4, "big")
    file = Counting(b"\0\0\0\x14ftypisom\0\0\0\0isom" + samples * 30 + bytes(800_000))
    assert examine(file).media_type == "video/mp4"
    assert file.count < 100_000


def test_a_number_that_is_larger_than_any_is_no_error() -> None:
    largest = b"\x40\x40" + b"\xff" * 64
    info = b"\x15\x49\xa9\x66\xff" + b"\x2a\xd7\xb1" + largest
    cluster = b"\x1f\x43\xb6\x75\xff" + b"\xe7" + largest + b"\xa3\x84\x81\x7f\xff\x80"
    found = seen(b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff" + info + cluster)
    assert (found.media_type, found.seconds) == ("video/x-matroska", None)


def test_the_fakes_silence_is_as_long_as_it_says() -> None:
    assert seen(silence(61.0)) == Media("audio/ogg", 61.0, "opus")
