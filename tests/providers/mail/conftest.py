"""A mail server on the loopback interface, so that mail is tested over the real wire."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.waiting import PATIENCE_SECONDS


@dataclass
class PostOffice:
    """Takes mail, or answers what it is told to; `answers` maps a command (MAIL, RCPT, DATA) to a reply."""

    answers: dict[str, str] = field(default_factory=dict)
    received: list[Envelope] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's names)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.received.append(envelope)
        self.sessions.append(session)
        return "250 OK"

    def signs_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Lets in desk with the password p@ss/word."""
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"desk", b"p@ss/word")
        return AuthResult(success=right, handled=False)


Opens = Callable[..., Awaitable[PostOffice]]


@pytest.fixture
async def opens() -> AsyncIterator[Opens]:
    """Opens post offices with aiosmtpd's own options; all are closed after the test."""
    async with AsyncExitStack() as stack:

        async def open_one(*, implicit_tls: ssl.SSLContext | None = None, **options: Any) -> PostOffice:
            return await stack.enter_async_context(_post_office(implicit_tls, options))

        yield open_one


@asynccontextmanager
async def _post_office(
    implicit_tls: ssl.SSLContext | None, options: dict[str, Any]
) -> AsyncIterator[PostOffice]:
    office = PostOffice()
    connections: list[SMTP] = []

    def connection() -> SMTP:
        connections.append(SMTP(office, hostname="post.example", authenticator=office.signs_in, **options))
        return connections[-1]

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=implicit_tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await server.wait_closed()
        handlers = [one._handler_coroutine for one in connections if one._handler_coroutine]
        await asyncio.wait_for(asyncio.gather(*handlers, return_exceptions=True), timeout=PATIENCE_SECONDS)


@dataclass(frozen=True)
class Certificate:
    """A server's own certificate for 127.0.0.1, and who trusts it."""

    server: ssl.SSLContext
    trusted: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Self-signed, and known to nobody but `trusted`."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    _write_certificate(path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    return Certificate(server=server, trusted=ssl.create_default_context(cafile=str(path)))


def _write_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
