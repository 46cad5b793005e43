"""The HTML form of what a text renders to: paragraphs, buttons, and the page around them."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from providers.mail import marks

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around every letter of an organization. Colours are written `#rrggbb`; without a logo there stands
    its name."""

    organization: str
    logo_url: str = ""
    color: str = "#0b57d0"

    @property
    def ink(self) -> str:
        """Black or white, whichever is read more easily on the colour (WCAG 2.2, relative luminance)."""
        parts = [int(self.color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
        return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


@dataclass(slots=True)
class _Page:
    """What has been laid out so far, and the lines of the paragraph that is being written."""

    done: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def close(self) -> None:
        if self.lines:
            self.done.append(str(_piece("paragraph", Markup("<br>\n").join(map(Markup, self.lines)))))
        self.lines.clear()

    def add(self, block: str) -> None:
        self.close()
        self.done.append(block)


def page(rendering: str, *, subject: str, letterhead: Letterhead, language: str, footer: str) -> str:
    """The whole page; `footer` has the organization's name in it already."""
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            subject=subject,
            content=Markup(_content(rendering, letterhead)),
            letterhead=letterhead,
            language=language,
            footer=footer,
        )
    )


def piece(name: str, *arguments: object) -> str:
    """One of the building blocks of templates/blocks.html.j2."""
    return str(_piece(name, *arguments))


def _content(rendering: str, letterhead: Letterhead) -> str:
    blocks: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        blocks.append(found[2])
        return f"\n\ufdd8{len(blocks) - 1}\ufdd9\n"

    made = _Page()
    for line in marks.BLOCK.sub(set_aside, rendering).strip().splitlines():
        line = line.strip()
        if not line:
            made.close()
        elif alone := marks.ASIDE.fullmatch(line):
            made.add(blocks[int(alone[1])])
        elif alone := marks.LINK.fullmatch(line):
            made.add(piece("button", alone[2], alone[1], letterhead))
        else:
            made.lines.append(_line(line))
    made.close()
    return "\n".join(made.done)


def _line(line: str) -> str:
    html = str(escape(line))
    html = marks.TYPED.sub(r"<bdi>\1</bdi>", html)
    html = marks.LINK.sub(lambda found: piece("link", Markup(found[2])), html)
    return marks.MARKS.sub("", html)


def _piece(name: str, *arguments: object) -> Markup:
    macro = getattr(_environment().get_template("blocks.html.j2").module, name)
    return Markup(macro(*arguments))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
