"""Text, and what of it a browser would run: judged by how it begins, as browsers do (WHATWG, MIME Sniffing §7.1)."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

_TAGS = (
    "!doctype html", "html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b",
    "body", "br", "p", "img", "svg:svg", "math", "meta", "link", "form", "object", "embed", "frameset", "span",
)  # fmt: skip
_HTML = re.compile(rf"<(?:(?:{'|'.join(_TAGS)})[\s/>]|!--)")
_SVG = re.compile(r"<(?:\w+:)?svg[\s/>]")
_XHTML = re.compile(r"<(?:\w+:)?html[\s/>]")
_XML = re.compile(r"<(?:[?!]|[a-z_][\w.-]*(?::[\w.-]+)?[\s/>])")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_CARDS = {"begin:vcard": "text/vcard", "begin:vcalendar": "text/calendar"}


def type_of_text(head: bytes) -> str | None:
    """The type of what begins so; None for what is no text."""
    text = _text(head)
    if text is None:
        return None
    text = text.lstrip().lower()
    if text.startswith("<") and (markup := _markup(text)) is not None:
        return markup
    return next((kind for begin, kind in _CARDS.items() if text.startswith(begin)), "text/plain")


def _markup(text: str) -> str | None:
    if _SVG.search(text):
        return "image/svg+xml"
    if _XHTML.search(text) or _HTML.match(text):
        return "text/html"
    return "application/xml" if _XML.match(text) else None


def _text(head: bytes) -> str | None:
    for mark, encoding in ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, errors="replace")
    return None if _NO_TEXT.search(head) else head.decode(errors="replace")
