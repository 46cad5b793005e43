"""Header values as they stand on the wire (RFC 5322, RFC 2047), written once and never parsed or folded again.

The standard library's modern policies parse every value they are given, so that an encoded word in a title
someone typed (`=?utf-8?q?=0ABcc:…?=`) is decoded, and older patch releases write its line break out as one.
Long names they fold by decoding and encoding again, and leave commas and angles bare. Here whatever is not
plain is encoded whole.
"""

import re
from email.header import Header

from providers.mail.mailbox import Mailbox
from providers.mail.text import one_line

_PLAIN = re.compile(r"[\x20-\x7e]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_PLAIN_LIMIT = 60  # with the header's name, within the 78 characters that a line should have
_LINE_LIMIT = 76


def unstructured(text: str, *, header: str) -> str:
    """A subject or any other free text; line breaks in it become spaces."""
    line = one_line(text, limit=900)
    return line if _is_plain(line) else _encoded(line, header=header)


def address(mailbox: Mailbox, *, header: str) -> str:
    """`"Rossi, Anna" <anna@acme.example>`; a mailbox without a name is its address."""
    name = one_line(mailbox.name)
    bare = f"<{mailbox.wire_address}>"
    if not name:
        return bare
    phrase = _phrase(name, header=header)
    last_line = phrase.rpartition("\n")[2]
    fits = len(header) + 2 + len(last_line) + 1 + len(bare) <= _LINE_LIMIT
    return f"{phrase} {bare}" if fits else f"{phrase}\n {bare}"


def _phrase(name: str, *, header: str) -> str:
    if not _is_plain(name):
        return _encoded(name, header=header)
    if _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_plain(line: str) -> bool:
    return len(line) <= _PLAIN_LIMIT and "=?" not in line and _PLAIN.fullmatch(line) is not None


def _encoded(line: str, *, header: str) -> str:
    return Header(line, charset="utf-8", header_name=header, maxlinelen=_LINE_LIMIT).encode()
