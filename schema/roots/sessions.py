"""Who asks: signing in, and out."""

from __future__ import annotations

import strawberry

from resolvers import (
    sessions,
)
from schema.field import resolved_by
from schema.session import (
    GuestSessionPayload,
    RequestGuestCodePayload,
    RequestPasswordResetPayload,
    SetPasswordPayload,
    SignInPayload,
    SignOutPayload,
)


@strawberry.type
class Sessions:
    sign_in: SignInPayload = resolved_by(
        sessions.sign_in,
        description="RATE_LIMITED after ten tries that failed for an address within a quarter of an hour.",
    )
    refresh_session: SignInPayload = resolved_by(
        sessions.refresh_session, description="A refresh token that comes twice ends its session."
    )
    sign_out: SignOutPayload = resolved_by(
        sessions.sign_out,
        description="Ends at once the session of the agent who asks, or of the guest who has signed in by a code."
        " FORBIDDEN to an API key, which is revoked instead.",
    )
    request_guest_code: RequestGuestCodePayload = resolved_by(
        sessions.request_guest_code,
        description="Mails a code of six digits, which is good for ten minutes; to everybody alike.",
    )
    verify_guest_code: GuestSessionPayload = resolved_by(
        sessions.verify_guest_code, description="Signs the guest in whom the code was mailed to."
    )
    set_password: SetPasswordPayload = resolved_by(
        sessions.set_password,
        description="By the link of an invitation or a reset. All sessions of the agent end.",
    )
    request_password_reset: RequestPasswordResetPayload = resolved_by(
        sessions.request_password_reset,
        description="Mails an agent a link, good for an hour; the same answer for known and unknown addresses.",
    )
