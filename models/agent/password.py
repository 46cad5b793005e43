"""Passwords are chosen by a link that an agent is mailed, at the invitation or whenever they ask for one.

The link is signed, and stands for the agent as they are: it is good until it ends, or until their password or address
changes, and so for one choice.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from pathlib import Path

from errors import Invalid
from models.actor import AgentActor
from models.agent.agent import Agent
from models.agent.session import Session, agent_who_signs_in, hash_password
from models.audit.auditing import audit
from models.input import findable
from models.keyring import Keyring
from models.letter.ordered import Order, order_letter
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import Audience, Occasion

PREFIX = "set_"
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)
PAUSE = timedelta(minutes=5)
"""Of those who ask again and again, one link is mailed in so long."""
SHORTEST, LONGEST = 8, 1_000

_TAG_BYTES = 24
_COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
_UNUSABLE = "This link is no longer good: ask for a new one."


def password_url(agent: Agent, *, until: datetime, keys: Keyring, public_url: str) -> str:
    """Where the agent chooses a password until then. What is behind the # is told to no server by the browser."""
    fixed = agent.id.to_bytes(8, "big") + int(until.timestamp()).to_bytes(8, "big")
    tag = _tag(agent, fixed, keys=keys)
    return f"{public_url}/password#{PREFIX}{urlsafe_b64encode(fixed + tag).rstrip(b'=').decode()}"


async def set_password(token: str, password: str, *, keys: Keyring, now: datetime) -> None:
    """Have the password be that of the agent whom the token was mailed to; all their sessions end.

    Refuses Invalid: in the same words for any token that is not good, and a password that is too easy to guess.
    """
    agent = await _agent_of(token, keys=keys, now=now)
    if agent is None:
        raise Invalid(_UNUSABLE, field=("token",))
    _check(password, agent)
    hashed, former = await hash_password(password), agent.password_hash
    async with transaction() as tx:
        chosen = await tx.rows(
            "UPDATE agent SET password_hash = %s WHERE id = %s AND is_active AND email = %s"
            " AND password_hash IS NOT DISTINCT FROM %s RETURNING id",
            hashed, agent.id, agent.email, former,
        )  # fmt: skip
        if not chosen:
            raise Invalid(_UNUSABLE, field=("token",))
        await Session.end_all(tx, agent.id)
        themselves = AgentActor(agent=agent, session_id=0, expires_at=now)
        await audit(tx, "setPassword", agent, actor=themselves, password="changed")


async def request_password_reset(
    organization: str, email: str, *, keys: Keyring, public_url: str, now: datetime
) -> None:
    """Mail the agent of this address a link, good for an hour; at most one in five minutes. Whether there is such an
    agent shows neither in what is answered nor in how long it takes: a letter is ordered either way."""
    found = await Organization.get_or_none(slug=organization) if findable(organization, most=64) else None
    if found is None:
        return
    agent = await agent_who_signs_in(organization, email)
    if agent is None:
        order = _to_nobody(email, keys=keys, now=now)
    else:
        order = _to(agent, keys=keys, public_url=public_url, now=now)
    async with transaction() as tx:
        await order_letter(tx, order, organization_id=found.id, keys=keys, now=now)


def _to(agent: Agent, *, keys: Keyring, public_url: str, now: datetime) -> Order:
    until = now + RESET_LASTS
    return Order(
        key=f"agent:{agent.id}:password:{_pause(now)}",
        occasion=Occasion.PASSWORD_RESET,
        audience=Audience.AGENT,
        name=agent.name,
        address=agent.email,
        time_zone=agent.time_zone,
        languages=tuple(agent.languages),
        url=password_url(agent, until=until, keys=keys, public_url=public_url),
        until=until,
    )


def _to_nobody(email: str, *, keys: Keyring, now: datetime) -> Order:
    """A letter that is of no use as soon as it is ordered, and is forgotten unsent. To ask for it again is as quick as
    for an agent's."""
    mark = keys.sign("unknown-agent", email.strip().lower().encode(errors="surrogatepass"))[:8].hex()
    return Order(
        key=f"agent:unknown-{mark}:password:{_pause(now)}",
        occasion=Occasion.PASSWORD_RESET,
        audience=Audience.AGENT,
        name="Nobody",
        address="nobody@agents.invalid",
        time_zone="UTC",
        until=now,
    )


def _pause(now: datetime) -> int:
    return int(now.timestamp() // PAUSE.total_seconds())


async def _agent_of(token: str, *, keys: Keyring, now: datetime) -> Agent | None:
    """Whom the token stands for; None for one that is forged, has ended, or was made before something changed."""
    raw = _bytes(token)
    fixed, tag = raw[:16], raw[16:]
    until = int.from_bytes(fixed[8:], "big")
    if len(raw) != 16 + _TAG_BYTES or until <= now.timestamp() or int.from_bytes(fixed[:8], "big") >= 2**63:
        return None
    id = int.from_bytes(fixed[:8], "big")
    agent = await Agent.get_or_none(id=id, is_active=True, is_person=True)
    if agent is None or not hmac.compare_digest(tag, _tag(agent, fixed, keys=keys)):
        return None
    return agent


def _bytes(token: str) -> bytes:
    encoded = token.removeprefix(PREFIX)
    if encoded == token or len(encoded) > 100:
        return b""
    try:
        return urlsafe_b64decode(encoded.encode("ascii") + b"=" * (-len(encoded) % 4))
    except ValueError:
        return b""


def _tag(agent: Agent, fixed: bytes, *, keys: Keyring) -> bytes:
    known = f"{agent.email}\n{agent.password_hash or ''}".encode()
    return keys.sign("set-password", fixed + known)[:_TAG_BYTES]


def _check(password: str, agent: Agent) -> None:
    """Long enough, and none that is tried first: a common one, a row of one letter, or what is known of the agent. What
    it is made of is nobody's business (NIST SP 800-63B §3.1.1.2)."""
    if len(password) < SHORTEST:
        raise Invalid(f"A password has at least {SHORTEST} characters.", field=("password",))
    if len(password) > LONGEST:
        raise Invalid(f"A password has at most {LONGEST} characters.", field=("password",))
    simple = password.casefold()
    known = {agent.name, agent.email, agent.email.partition("@")[0], agent.slug}
    obvious = {word.casefold() for word in known} | {
        f"{word.casefold()}{n}" for word in known for n in range(100)
    }
    if simple in _COMMON or len(set(simple)) == 1 or simple in obvious:
        raise Invalid(
            "This password is tried first by whoever guesses: choose another one.", field=("password",)
        )
