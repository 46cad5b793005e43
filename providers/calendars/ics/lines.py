"""From bytes of whatever encoding and line end to content lines and their properties (RFC 5545, 3.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LONGEST_HEAD = 8 * 1024
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)=((?:"[^"]*"|[^;"])*)')
_QUOTED_HEAD = re.compile(r'((?:[^":]|"[^"]*")*):')

# Their values hold no colon, but the zone names in front of them do, and not every program quotes those.
_WITHOUT_COLON = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE", "FREEBUSY"})


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: its name and its parameters' names in capitals, their values unquoted."""

    name: str
    value: str
    parameters: dict[str, str] = field(default_factory=dict)


def content_lines(data: bytes) -> Iterator[str]:
    """The unfolded lines, none of them empty."""
    for line in _text(_as_utf8(data)).split("\n"):
        if line and not line.isspace():
            yield line


def name_of(line: str) -> str:
    """The property's name in capitals; empty for a line that is none."""
    match = _NAME.match(line.lstrip())
    return match[0].upper() if match else ""


def property_of(line: str) -> Property | None:
    """The line taken apart; None for one without a value."""
    name = name_of(line)
    head, colon, value = _split(name, line)
    if not name or not colon:
        return None
    parameters = {
        key.upper(): text.strip().strip('"') for key, text in _PARAMETER.findall(head[:_LONGEST_HEAD])
    }
    return Property(name=name, value=value.strip(), parameters=parameters)


def _split(name: str, line: str) -> tuple[str, str, str]:
    if name in _WITHOUT_COLON:
        return line.rpartition(":")
    quoted = _QUOTED_HEAD.match(line[:_LONGEST_HEAD]) if '"' in line else None
    return (quoted[1], ":", line[quoted.end() :]) if quoted else line.partition(":")


def _text(data: bytes) -> str:
    """The text, unfolded, with bare line feeds. Folds are undone in bytes, as some break a character's bytes."""
    for end in (b"\r\r\n", b"\r\n", b"\r"):
        data = data.replace(end, b"\n")
    unfolded = data.replace(b"\n ", b"").replace(b"\n\t", b"")
    try:
        text = unfolded.decode("utf-8")
    except UnicodeDecodeError:
        # Mislabelled text spoils its own line only.
        text = "\n".join(_line_text(line) for line in unfolded.split(b"\n"))
    return text.replace("\ufeff", "")


def _as_utf8(data: bytes) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode()
    if data[:2] == b"B\0":
        return data.decode("utf-16-le", "replace").encode()
    if data[:2] == b"\0B":
        return data.decode("utf-16-be", "replace").encode()
    return data


def _line_text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
