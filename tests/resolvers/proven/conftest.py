"""A street of houses."""

from __future__ import annotations

import pytest

from tests.builders import Clock
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.proven.asking import Street


@pytest.fixture
def street(open_database: str, clock: Clock, sign_in: SignIn, public: Client) -> Street:
    return Street(open_database, clock, sign_in, public)
