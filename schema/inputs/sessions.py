"""Inputs about signing in."""

import strawberry


@strawberry.input
class SignInInput:
    organization: str = strawberry.field(description="The organization's slug.")
    email: str
    password: str


@strawberry.input
class RefreshSessionInput:
    refresh_token: str
