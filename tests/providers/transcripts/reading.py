"""PDFs, as a reader of another make sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader

_BYTES = 2  # of a glyph's number in a font of many


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What is drawn at once: the glyphs' numbers in the font, as they stand from left to right."""

    font: str
    numbers: tuple[int, ...]


def pages(pdf: bytes) -> Sequence[PageObject]:
    return PdfReader(BytesIO(pdf)).pages


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pages(pdf))


def glyphs_of(pdf: bytes) -> list[Glyphs]:
    """Of all fonts but those of pictures."""
    return [drawn for page in pages(pdf) for drawn in _drawn(page)]


def places_of(page: PageObject) -> list[tuple[str, float]]:
    """What is drawn, and how far from the page's left edge it begins, in points."""
    found: list[tuple[str, float]] = []

    def place(text: str, around: list[float], within: list[float], *_: object) -> None:
        found.append((text, around[4] + around[0] * within[4]))

    page.extract_text(visitor_text=place)
    return found


def _drawn(page: PageObject) -> Iterator[Glyphs]:
    fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
    content = page.get_contents()
    assert content is not None
    font: Any = None
    for operands, operator in content.operations:
        if operator == b"Tf":
            font = fonts[operands[0]].get_object()
        elif operator in (b"Tj", b"TJ") and font["/Subtype"] == "/Type0":
            strings = operands[0] if operator == b"TJ" else operands
            codes = b"".join(_raw(one) for one in strings if isinstance(one, str | bytes))
            numbers = (codes[at : at + _BYTES] for at in range(0, len(codes), _BYTES))
            yield Glyphs(
                str(font["/BaseFont"]).partition("+")[2], tuple(int.from_bytes(n, "big") for n in numbers)
            )


def _raw(string: Any) -> bytes:
    return string if isinstance(string, bytes) else bytes(string.original_bytes)
