"""What becomes of text that people typed before it may stand in a mail: it stays text, whatever is in it."""

import re
import unicodedata
from urllib.parse import urlsplit

from providers.mail.marks import Typed

# Embeddings, overrides and isolates would let a name reorder the rest of its line. The plain marks (LRM, RLM)
# and the joiners, which Persian and emoji need, stay.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# No character of anybody's writing; ours mark what is typed (see marks.py).
_NONCHARACTERS = frozenset(map(chr, range(0xFDD0, 0xFDF0)))
_WEB_ADDRESS = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|(?<=:)//|(?<=[^\W\d_])@(?=\w)")
_INVISIBLE_BREAK = "\u200b"


def one_line(text: str, *, limit: int = 200) -> str:
    """The text as one line of at most `limit` characters: breaks, tabs and controls become single spaces."""
    line = " ".join("".join(map(printable, text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def paragraphs(text: str, *, limit: int = 4000) -> str:
    """The text with its line breaks (as \\n, never two empty lines in a row) and without any other control."""
    lines = [one_line(line, limit=limit) for line in text[:limit].splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def inert(text: str) -> str:
    """The text with an invisible break in all that mail programs would make a link of.

    Otherwise a stranger could book in somebody's name and let us deliver a link of his choosing.
    """
    return _WEB_ADDRESS.sub(lambda found: _INVISIBLE_BREAK + found[0] + _INVISIBLE_BREAK, text)


def typed(text: str) -> Typed:
    """What people typed, on one line, with no link in it."""
    return Typed(inert(one_line(text)))


def web_address(url: str | None) -> str:
    """The address if it may be linked to, else an empty text: only http and https, with a host and no space."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or url != one_line(url or "", limit=2000):
        return ""
    return "" if re.search(r"[\s\"<>\\]", url) else url


def printable(character: str) -> str:
    """The character as it may stand in a line: a space for controls, nothing for what reorders the line."""
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cs":  # half of a surrogate pair: no encoding has it
        return "\ufffd"
    return "" if character in _REORDERING or character in _NONCHARACTERS else character
