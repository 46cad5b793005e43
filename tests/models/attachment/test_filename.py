"""What attachments are called: as their senders call them, as far as that can do no harm."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attachment.filename import EXTENSIONS, MOST_BYTES, MOST_CHARACTERS, file_name

PDF, PNG = "application/pdf", "image/png"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("contract.pdf", "contract.pdf"),
        ("  two  words.pdf ", "two words.pdf"),
        ("Grüße 漢字 🙂.pdf", "Grüße 漢字 🙂.pdf"),
        ("Gru\u0308\u00dfe.pdf", "Grüße.pdf"),
        ("👩\u200d👧.pdf", "👩\u200d👧.pdf"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\grace\\contract.pdf", "contract.pdf"),
        ("/", "file"),
        ("", "file"),
        ("...", "file"),
        (".htaccess", "htaccess"),
        ("name.", "name"),
        ("a\x00b\nc\x7f.pdf", "abc.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u200e\u200f\ufeff.pdf", "a.pdf"),
        ('a<b>c:d"e|f?g*h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("a%22b%0D%0Ac.pdf", "a_b__c.pdf"),
        ("100%.pdf", "100%.pdf"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("aux .txt", "_aux.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("contact.pdf", "contact.pdf"),
        ("half \ud800.pdf", "half.pdf"),
    ],
)
def test_a_name_is_kept_without_what_could_do_harm(given: str, kept: str) -> None:
    assert file_name(given, media_type=PDF) == kept


@pytest.mark.parametrize(
    ("given", "media_type", "kept"),
    [
        ("photo.png", PNG, "photo.png"),
        ("PHOTO.PNG", PNG, "PHOTO.PNG"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("photo.html", PNG, "photo.html.png"),
        ("photo", PNG, "photo.png"),
        ("", PNG, "file.png"),
        ("blob", "audio/webm", "blob.weba"),
        ("voice.webm", "audio/webm", "voice.webm"),
        ("page.html", "text/html", "page.html"),
    ],
)
def test_what_browsers_show_is_called_what_it_is(given: str, media_type: str, kept: str) -> None:
    assert file_name(given, media_type=media_type) == kept


def test_a_long_name_keeps_its_extension() -> None:
    for letter in ("x", "ü", "漢", "🙂"):
        kept = file_name(letter * 1_000 + ".pdf", media_type=PDF)
        assert kept.endswith(letter + ".pdf")
        assert len(kept) <= MOST_CHARACTERS
        assert len(kept.encode()) <= MOST_BYTES
    assert len(file_name("a." + "b" * 1_000, media_type=PDF)) <= MOST_CHARACTERS


@given(st.text(max_size=400), st.sampled_from([PDF, *EXTENSIONS]))
def test_whatever_a_file_is_called_it_has_a_name_that_can_be_kept(given: str, media_type: str) -> None:
    kept = file_name(given, media_type=media_type)
    assert kept == file_name(kept, media_type=media_type)
    assert kept.strip(". ") == kept != ""
    assert 0 < len(kept) <= MOST_CHARACTERS
    assert len(kept.encode()) <= MOST_BYTES
    assert not set(kept) & set('/\\<>:"|?*\n\r\t')
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in kept)
