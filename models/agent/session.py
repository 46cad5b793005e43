"""Sessions of agents: a short-lived access token, and a refresh token that is good for one exchange.

A refresh token that comes a second time has been copied: the whole session ends, however many exchanges lie
between (RFC 9700 §4.14.2). So a token names its session, signed, before its random part.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from tortoise import connections, fields

from errors import Invalid, Unauthenticated
from models.actor import AgentActor
from models.agent.agent import Agent
from models.base import Owned, columns_of, row_of
from models.input import findable
from models.keyring import Keyring, fingerprint
from models.recognition import Recognition, rows
from models.transactions import Transaction, transaction
from models.words import Role
from models.writing import as_array, each_of

ACCESS_LIFETIME = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(days=30)

_TAG_BYTES = 16
_WRONG = "The e-mail address or the password is wrong."

_hasher = PasswordHasher()
# Checked where there is no such agent, so that the answer takes as long as for a wrong password. No password has
# this hash; that of one would have to be made at each start, which takes as long as an answer.
_NOBODY = f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${'A' * 22}${'A' * 43}"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client keeps, and whom the access token stands for."""

    access_token: str
    refresh_token: str
    actor: AgentActor

    @property
    def agent(self) -> Agent:
        return self.actor.agent


class Session(Owned):
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    refresh_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"

    @classmethod
    async def sign_in(
        cls, organization: str, email: str, password: str, *, keys: Keyring, now: datetime
    ) -> Tokens:
        """Begin a session; refuses Invalid, with the same words and in the same time whatever was wrong."""
        agent = await agent_who_signs_in(organization, email)
        if not await _matches(agent.password_hash if agent else None, password) or agent is None:
            raise Invalid(_WRONG)
        async with transaction() as tx:
            await _hold_as_they_were(tx, agent)
            session = await cls.create(
                organization_id=agent.organization_id,
                agent=agent,
                refresh_hash=fingerprint(secrets.token_urlsafe()),
                expires_at=now + SESSION_LIFETIME,
            )
            refresh_token = _refresh_token(session.id, keys=keys)
            await cls.filter(id=session.id).update(refresh_hash=fingerprint(refresh_token))
        return session._tokens(agent, refresh_token, keys=keys, now=now)

    @classmethod
    async def refresh(cls, refresh_token: str, *, keys: Keyring, now: datetime) -> Tokens:
        """Exchange a refresh token for new tokens; refuses Invalid. One that was spent before ends its session."""
        unusable = Invalid(
            "The refresh token is unknown, spent or expired: sign in again.", field=("refreshToken",)
        )
        session_id = _session_of(refresh_token, keys=keys)
        if session_id is None:
            raise unusable
        renewed = _refresh_token(session_id, keys=keys)
        current = cls.filter(id=session_id, refresh_hash=fingerprint(refresh_token), revoked_at=None)
        exchanged = await current.filter(expires_at__gt=now).update(refresh_hash=fingerprint(renewed))
        session = await cls.filter(id=session_id).select_related("agent").first()
        if session is None or not exchanged or not session.agent.is_active:
            await cls.filter(id=session_id, revoked_at=None).update(revoked_at=now)
            raise unusable
        return session._tokens(session.agent, renewed, keys=keys, now=now)

    @classmethod
    async def recognise(cls, access_token: str, *, keys: Keyring, now: datetime) -> AgentActor:
        """Whose access token this is; refuses Unauthenticated when it is forged, expired, or its session has ended."""
        try:
            claims = jwt.decode(
                access_token,
                keys.key("access-token"),
                algorithms=["HS256"],
                options={"verify_exp": False, "require": ["exp", "sid"]},
            )
        except (jwt.InvalidTokenError, UnicodeError):
            raise Unauthenticated("The access token is not valid.") from None
        if claims["exp"] <= now.timestamp():
            raise Unauthenticated("The access token has expired: refresh the session.")
        values = await _agents.ask(claims["sid"])
        if values is None:
            raise Unauthenticated("The session has ended: sign in again.")
        expires_at = datetime.fromtimestamp(claims["exp"], tz=now.tzinfo)
        return AgentActor(agent=row_of(Agent, values), session_id=claims["sid"], expires_at=expires_at)

    @classmethod
    async def roles(cls, session_ids: Collection[int]) -> dict[int, Role]:
        """The role that each of these sessions acts in now; those that have ended have none."""
        # One array for thousands of ids, where `id__in` would write out a parameter for each.
        found = await connections.get("default").execute_query_dict(
            "SELECT session.id, agent.role FROM session JOIN agent ON agent.id = session.agent_id"
            " WHERE session.id = ANY(%s) AND session.revoked_at IS NULL AND agent.is_active",
            [list(session_ids)],
        )
        return {row["id"]: Role(row["role"]) for row in found}

    @classmethod
    async def end_all(cls, tx: Transaction, agent_id: int) -> None:
        """Part of what takes the agent's right away, or their password: no token of theirs is good any more."""
        await tx.rows(
            "UPDATE session SET revoked_at = now() WHERE agent_id = %s AND revoked_at IS NULL", agent_id
        )

    @classmethod
    async def end(cls, actor: AgentActor, *, now: datetime) -> None:
        """Sign out: neither token of the session is good any more."""
        await cls.filter(id=actor.session_id).update(revoked_at=now)

    def _tokens(self, agent: Agent, refresh_token: str, *, keys: Keyring, now: datetime) -> Tokens:
        expires_at = (now + ACCESS_LIFETIME).replace(microsecond=0)
        access_token = jwt.encode(
            {"sid": self.id, "exp": int(expires_at.timestamp())}, keys.key("access-token"), algorithm="HS256"
        )
        actor = AgentActor(agent=agent, session_id=self.id, expires_at=expires_at)
        return Tokens(access_token, refresh_token, actor)


async def _agents_of(session_ids: Sequence[int]) -> list[Sequence[object] | None]:
    """The active agents whose sessions these are, as values of their rows; None where the session has ended."""
    read = await rows(_agents_sql(), [as_array(set(session_ids))])
    agents = {id: values for id, *values in read}
    return [agents.get(id) for id in session_ids]


# Whatever an agent asks for begins with this.
_agents = Recognition(_agents_of)


@cache
def _agents_sql() -> bytes:
    return _AGENTS.format(each=each_of("$1::bigint[]"), agent=columns_of(Agent, "agent")).encode()


# Each table is looked up by its index for each row: see `_PART` in models/conversation/telling.py.
_AGENTS = """
SELECT asked.id, {agent} FROM {each} asked (id)
CROSS JOIN LATERAL (SELECT * FROM session one WHERE one.id = asked.id AND one.revoked_at IS NULL OFFSET 0) session
CROSS JOIN LATERAL (SELECT * FROM agent one WHERE one.id = session.agent_id AND one.is_active OFFSET 0) agent
"""


async def agent_who_signs_in(organization: str, email: str) -> Agent | None:
    """The active agent of that address at the organization of that slug; None where there is none."""
    if not (findable(organization, most=64) and findable(email, most=320)):
        return None
    return await Agent.filter(
        organization__slug=organization, email=email.strip().lower(), is_active=True, is_person=True
    ).first()


async def _hold_as_they_were(tx: Transaction, agent: Agent) -> None:
    """Have the agent keep what they have just signed in by until the transaction ends: whoever changes it then ends
    this session, too. Refuses Invalid where that has been changed since it was looked at."""
    same = await tx.rows(
        "SELECT id FROM agent WHERE id = %s AND is_active AND password_hash = %s FOR SHARE",
        agent.id, agent.password_hash,
    )  # fmt: skip
    if not same:
        raise Invalid(_WRONG)


def _refresh_token(session_id: int, *, keys: Keyring) -> str:
    fixed = session_id.to_bytes(8, "big")
    signed = fixed + keys.sign("refresh-token", fixed)[:_TAG_BYTES]
    return f"{urlsafe_b64encode(signed).decode()}.{secrets.token_urlsafe(32)}"


def _session_of(refresh_token: str, *, keys: Keyring) -> int | None:
    """The session that once gave out the token; None for one that none did."""
    try:
        signed = urlsafe_b64decode(refresh_token.encode("ascii").partition(b".")[0])
    except ValueError:
        return None
    fixed, tag = signed[:8], signed[8:]
    if not hmac.compare_digest(keys.sign("refresh-token", fixed)[:_TAG_BYTES], tag):
        return None
    return int.from_bytes(fixed, "big")


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, _typed(password))


async def _matches(password_hash: str | None, password: str) -> bool:
    try:
        await asyncio.to_thread(_hasher.verify, password_hash or _NOBODY, _typed(password))
    except (VerifyMismatchError, InvalidHashError, UnicodeError):
        return False
    return password_hash is not None


def _typed(password: str) -> str:
    """In one form, however a keyboard composes its letters (NIST SP 800-63B §3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
