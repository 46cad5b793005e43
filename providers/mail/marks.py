"""What a text renders to, before it becomes plain text and HTML: what people typed, links and blocks are marked in it,
by characters that stand for nothing (Unicode's noncharacters). Both forms come of one rendering, and say the same."""

import re
from typing import Self

MARKS = re.compile("[\ufdd0-\ufdef]")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
TYPED = re.compile("\ufdd0([^\ufdd0-\ufdef]*)\ufdd1")
LINK = re.compile("\ufdd2([^\ufdd0-\ufdef]*)\ufdd3([^\ufdd0-\ufdef]*)\ufdd4")
BLOCK = re.compile("\ufdd5([^\ufdd0-\ufdef]*)\ufdd6([^\ufdd0-\ufdef]*)\ufdd7")
ASIDE = re.compile("\ufdd8([0-9]+)\ufdd9")


class Typed(str):
    """What somebody typed, which may be written from right to left, and must not turn the rest of its line."""


class Link(str):
    """An address, and what to call it: a line of its own becomes a button."""

    label: str

    @classmethod
    def to(cls, url: str, label: str) -> Self | str:
        """The link; an empty text where there is no address."""
        if not url:
            return ""
        link = cls(url)
        link.label = label
        return link


class Block(str):
    """Lines that belong together, and how HTML shows them."""

    html: str

    @classmethod
    def of(cls, text: str, html: str) -> Self | str:
        if not text:
            return ""
        block = cls(text)
        block.html = html
        return block


def marked(value: object) -> object:
    """A value as it stands in the rendering."""
    match value:
        case Typed():
            return "\n".join(f"\ufdd0{line}\ufdd1" if line else "" for line in value.split("\n"))
        case Link():
            return f"\ufdd2{value.label}\ufdd3{value}\ufdd4"
        case Block():
            return f"\ufdd5{value}\ufdd6{value.html}\ufdd7"
        case _:
            return value


def plain(rendering: str) -> str:
    """The rendering as text, never with two empty lines in a row."""
    text = BLOCK.sub(r"\1", LINK.sub(r"\2", TYPED.sub(r"\1", rendering)))
    return _BLANK.sub("\n\n", MARKS.sub("", text)).strip()
