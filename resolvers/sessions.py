"""Signing in and out, and who the viewer is."""

from __future__ import annotations

from errors import Forbidden
from models.actor import AgentActor, GuestActor, SignedInGuest
from models.agent import password
from models.agent.session import Session, Tokens
from models.contact.contact import Contact
from models.guest.code import request_code
from models.guest.session import GuestSession
from models.organization.organization import Organization
from models.organization.permission import permissions_of
from models.words import Permission
from resolvers.context import Context, Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.sessions import (
    RefreshSessionInput,
    RequestGuestCodeInput,
    RequestPasswordResetInput,
    SetPasswordInput,
    SignInInput,
    VerifyGuestCodeInput,
)


@refusals_as_values
async def sign_in(info: Info, input: SignInInput) -> Payload:
    context, guesses = info.context, info.context.world.guesses
    guesses.count(input.organization, input.email, now=context.now())
    tokens = await Session.sign_in(
        input.organization, input.email, input.password, keys=context.world.keys, now=context.now()
    )
    guesses.forget(input.organization, input.email)
    return _payload(context, tokens)


@refusals_as_values
async def refresh_session(info: Info, input: RefreshSessionInput) -> Payload:
    tokens = await Session.refresh(input.refresh_token, keys=info.context.world.keys, now=info.context.now())
    return _payload(info.context, tokens)


async def sign_out(info: Info) -> Payload:
    if isinstance(info.context.actor, SignedInGuest):
        await GuestSession.end(info.context.actor)
        return Payload(ok=True)
    actor = info.context.agent()
    if actor.key_id is not None:
        raise Forbidden("An API key has no session to end: revoke it.")
    await Session.end(actor, now=info.context.now())
    return Payload(ok=True)


@refusals_as_values
async def request_guest_code(info: Info, input: RequestGuestCodeInput) -> Payload:
    keys, now = info.context.world.keys, info.context.now()
    await request_code(input.organization, input.email, keys=keys, now=now)
    return Payload(sent=True)


@refusals_as_values
async def verify_guest_code(info: Info, input: VerifyGuestCodeInput) -> Payload:
    keys, now = info.context.world.keys, info.context.now()
    opened = await GuestSession.open(input.organization, input.email, input.code, keys=keys, now=now)
    info.context.become(opened.actor)
    return Payload(guest_token=opened.token, expires_at=opened.actor.expires_at, guest=opened.actor.contact)


def was_sent(root: Payload) -> bool:
    return root.sent is True


@refusals_as_values
async def set_password(info: Info, input: SetPasswordInput) -> Payload:
    keys, now = info.context.world.keys, info.context.now()
    await password.set_password(input.token, input.password, keys=keys, now=now)
    return Payload(ok=True)


@refusals_as_values
async def request_password_reset(info: Info, input: RequestPasswordResetInput) -> Payload:
    world, now = info.context.world, info.context.now()
    await password.request_password_reset(
        input.organization, input.email, keys=world.keys, public_url=world.public_url, now=now
    )
    return Payload(sent=True)


def was_done(root: Payload) -> bool:
    return root.ok is True


def _payload(context: Context, tokens: Tokens) -> Payload:
    context.become(tokens.actor)
    return Payload(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.actor.expires_at,
        agent=tokens.agent,
    )


class Viewer:
    """Who asks, as the contract's Viewer."""

    def __init__(self, actor: object) -> None:
        self.agent = actor.agent if isinstance(actor, AgentActor) else None
        self.guest: Contact | None = actor.contact if isinstance(actor, GuestActor) else None
        self.organization_id = actor.organization_id if isinstance(actor, AgentActor | GuestActor) else None


async def viewer(info: Info) -> Viewer:
    return Viewer(info.context.actor)


async def organization_of_viewer(info: Info, root: Viewer) -> Organization | None:
    if root.organization_id is None:
        return None
    return await info.context.loaders.organizations.load(root.organization_id)


async def permissions_of_viewer(info: Info, root: Viewer) -> list[Permission]:
    actor = info.context.actor
    if not isinstance(actor, AgentActor):
        return []
    organization = await Organization.get(id=actor.organization_id)
    return await permissions_of(actor, organization.settings)
