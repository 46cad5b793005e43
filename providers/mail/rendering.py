"""The texts of letters: templates/<language>/<occasion>.<audience>.txt.j2 and .html.j2, rendered in a sandbox.

A .txt.j2 has two blocks, `subject` and `body`; the .html.j2 beside it says the same in HTML.
A new language is a new folder with the same files, and its day and month names in times.py.
"""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from providers.mail.facts import Audience
from providers.mail.words import Words

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Text:
    """A subject, and what stands under it."""

    subject: str
    body: str


def render_text(name: str, *, audience: Audience, language: str, words: Words) -> Text:
    """Subject and body of `<language>/<name>.<audience>.txt.j2`."""
    template = _environment().get_template(f"{language}/{name}.{audience}.txt.j2")
    return Text(
        subject=_block(template, "subject", words).strip(), body=_block(template, "body", words).strip() + "\n"
    )


def render_html(name: str, *, audience: Audience, language: str, subject: str, words: Words) -> str:
    """The whole page of `<language>/<name>.<audience>.html.j2`."""
    template = _environment().get_template(f"{language}/{name}.{audience}.html.j2")
    return template.render(**_variables(words), subject=subject, language=language)


def _block(template: Template, name: str, words: Words) -> str:
    return "".join(template.blocks[name](template.new_context(_variables(words))))


def _variables(words: Words) -> dict[str, object]:
    return {field.name: getattr(words, field.name) for field in fields(words)}


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=lambda name: name is None or not name.endswith(".txt.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
