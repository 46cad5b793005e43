"""What is said to the person who started it."""

from __future__ import annotations

import sys

from models.demo import PASSWORD, SIGN_INS, SLUG
from settings import Settings


def say(text: str = "") -> None:
    """A line on the screen, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say_where(settings: Settings, *, has_demo: bool) -> None:
    """The addresses, who can sign in, and where the mails are."""
    url = f"http://{_reachable(settings.host)}:{settings.port}"
    say()
    say("Frontdesk is running. Ctrl-C stops it.")
    say(f"  GraphQL    {url}/graphql  (HTTP and WebSocket)")
    if settings.in_development:
        say(f"  Explorer   {url}/explorer")
    say(f"  Health     {url}/healthz  {url}/readyz")
    if settings.smtp is None:
        say(f"  Mails      lie as .eml files in {settings.mail_folder}/  (SMTP_URL would send them)")
    if has_demo and settings.in_development:
        say_sign_ins()


def say_sign_ins() -> None:
    say(f"  Sign in    organization {SLUG}, password {PASSWORD}:")
    say(f"             {', '.join(SIGN_INS)}")


def _reachable(host: str) -> str:
    """How a browser on this machine calls the host that is listened on."""
    if host in ("0.0.0.0", "::", "127.0.0.1"):
        return "localhost"
    return f"[{host}]" if ":" in host else host
