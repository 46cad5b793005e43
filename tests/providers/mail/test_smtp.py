import asyncio
import socket
from dataclasses import replace

import pytest

from errors import ProviderDown, ProviderRejected
from providers.mail.mailbox import Mailbox
from providers.mail.smtp import SmtpMailer
from providers.mail.smtp_server import SmtpServer, StartTls
from tests.providers.mail.conftest import Certificate, Opens
from tests.providers.mail.samples import LETTER, WITH_CALENDAR, named, reopened


def mailer(url: str, certificate: Certificate | None = None, *, timeout_seconds: float = 20) -> SmtpMailer:
    context = certificate.trusted if certificate else None
    return SmtpMailer(SmtpServer.of(url), timeout_seconds=timeout_seconds, tls_context=context)


async def test_a_letter_arrives_to_the_byte(opens: Opens) -> None:
    office = await opens()
    await mailer(f"smtp://127.0.0.1:{office.port}").send(WITH_CALENDAR)
    (envelope,) = office.received
    assert envelope.mail_from == "desk@acme.example"
    assert envelope.rcpt_tos == ["mia@guest.example"]
    assert envelope.content == WITH_CALENDAR.to_bytes()


async def test_a_line_that_is_a_dot_ends_nothing(opens: Opens) -> None:
    office = await opens()
    letter = replace(LETTER, text="before\n.\nRCPT TO:<x@evil.example>\n..\nafter\n")
    await mailer(f"smtp://127.0.0.1:{office.port}").send(letter)
    (envelope,) = office.received
    assert envelope.rcpt_tos == ["mia@guest.example"]
    assert envelope.content == letter.to_bytes()


async def test_names_in_any_script_arrive(opens: Opens) -> None:
    office = await opens()
    letter = replace(
        LETTER, to=Mailbox(name="山田 太郎 👩‍👧", address="mia@guest.example"), subject="Привет, שלום"
    )
    await mailer(f"smtp://127.0.0.1:{office.port}").send(letter)
    wire = office.received[0].content
    assert isinstance(wire, bytes)
    assert named(wire, "To") == ("山田 太郎 👩‍👧", "mia@guest.example")
    assert reopened(wire)["Subject"] == "Привет, שלום"


async def test_an_address_with_umlauts_goes_by_smtputf8(opens: Opens) -> None:
    office = await opens(enable_SMTPUTF8=True)
    letter = replace(LETTER, to=Mailbox(name="Jörg", address="jörg@bücher.example"))
    await mailer(f"smtp://127.0.0.1:{office.port}").send(letter)
    assert office.received[0].rcpt_tos == ["jörg@xn--bcher-kva.example"]
    assert "SMTPUTF8" in office.received[0].mail_options


async def test_an_address_with_umlauts_is_rejected_where_the_server_has_no_smtputf8(opens: Opens) -> None:
    office = await opens()
    letter = replace(LETTER, to=Mailbox(name="Jörg", address="jörg@guest.example"))
    with pytest.raises(ProviderRejected, match="SMTPUTF8"):
        await mailer(f"smtp://127.0.0.1:{office.port}").send(letter)
    assert office.received == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_refusal_for_good_is_rejected(opens: Opens, command: str) -> None:
    office = await opens()
    office.answers[command] = "550 5.1.1 no such user"
    with pytest.raises(ProviderRejected, match="550"):
        await mailer(f"smtp://127.0.0.1:{office.port}").send(LETTER)
    assert office.received == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_refusal_for_now_is_down_and_the_next_try_arrives(opens: Opens, command: str) -> None:
    office = await opens()
    office.answers[command] = "451 4.7.1 greylisted, come again"
    post = mailer(f"smtp://127.0.0.1:{office.port}")
    with pytest.raises(ProviderDown, match="451"):
        await post.send(LETTER)
    assert office.received == []
    office.answers.clear()
    await post.send(LETTER)
    assert [envelope.content for envelope in office.received] == [LETTER.to_bytes()]


async def test_no_server_is_down() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ProviderDown, match="connection"):
            await mailer(f"smtp://127.0.0.1:{unused.getsockname()[1]}").send(LETTER)


async def _answers(script: bytes, *, then_hangs: bool) -> asyncio.Server:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(script)
        if then_hangs:
            await reader.read()  # until the client has given up
        writer.close()
        await writer.wait_closed()

    return await asyncio.start_server(speak, "127.0.0.1", 0)


@pytest.mark.parametrize(
    ("script", "then_hangs"),
    [
        (b"", True),
        (b"", False),
        (b"220 hello\r\n", False),
        (b"554 no service\r\n", False),
        (b"HTTP/1.1 400\r\n", False),
    ],
)
async def test_a_server_that_is_silent_hangs_up_or_speaks_nonsense_is_down(
    script: bytes, then_hangs: bool
) -> None:
    server = await _answers(script, then_hangs=then_hangs)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderDown):
            await mailer(f"smtp://127.0.0.1:{port}", timeout_seconds=0.5).send(LETTER)


async def test_starttls_and_sign_in_carry_the_letter(opens: Opens, certificate: Certificate) -> None:
    office = await opens(tls_context=certificate.server, require_starttls=True, auth_required=True)
    await mailer(f"smtp://desk:p%40ss%2Fword@127.0.0.1:{office.port}?starttls=require", certificate).send(
        LETTER
    )
    assert office.received[0].content == LETTER.to_bytes()
    assert office.sessions[0].authenticated
    assert office.sessions[0].ssl is not None


async def test_implicit_tls_carries_the_letter(opens: Opens, certificate: Certificate) -> None:
    office = await opens(implicit_tls=certificate.server)
    await mailer(f"smtps://127.0.0.1:{office.port}", certificate).send(LETTER)
    assert office.received[0].content == LETTER.to_bytes()


async def test_starttls_is_used_where_it_is_offered(opens: Opens, certificate: Certificate) -> None:
    office = await opens(tls_context=certificate.server)
    await mailer(f"smtp://127.0.0.1:{office.port}", certificate).send(LETTER)
    assert office.sessions[0].ssl is not None


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:{}?starttls=require", "smtp://127.0.0.1:{}"])
async def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    opens: Opens, certificate: Certificate, url: str
) -> None:
    office = await opens(tls_context=certificate.server)
    with pytest.raises(ProviderDown, match="certificate"):
        await mailer(url.format(office.port)).send(LETTER)
    assert office.received == []


async def test_a_server_without_starttls_gets_no_password() -> None:
    heard: list[bytes] = []

    async def offers_plain_sign_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post.example\r\n")
        while line := await reader.readline():
            heard.append(line.split()[0])
            writer.write(
                b"250-post.example\r\n250 AUTH PLAIN LOGIN\r\n" if line.startswith(b"EHLO") else b"235 OK\r\n"
            )
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(offers_plain_sign_in, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderDown, match="STARTTLS"):
            await mailer(f"smtp://desk:p%40ss%2Fword@127.0.0.1:{port}").send(LETTER)
    assert set(heard) <= {b"EHLO", b"QUIT"}


async def test_a_wrong_password_is_for_the_administrator_so_the_letter_waits(
    opens: Opens, certificate: Certificate
) -> None:
    office = await opens(tls_context=certificate.server, require_starttls=True, auth_required=True)
    with pytest.raises(ProviderDown) as down:
        await mailer(f"smtp://desk:guessed@127.0.0.1:{office.port}", certificate).send(LETTER)
    assert "535" in str(down.value)
    assert "guessed" not in str(down.value)
    assert office.received == []


def test_addresses_of_servers_are_read() -> None:
    assert SmtpServer.of("smtp://127.0.0.1:2525") == SmtpServer("127.0.0.1", 2525)
    assert SmtpServer.of("smtps://post.example") == SmtpServer(
        "post.example", 465, tls=True, start_tls=StartTls.NEVER
    )
    assert SmtpServer.of("smtp://u%40x:p%3A@post.example") == SmtpServer(
        "post.example", 587, start_tls=StartTls.REQUIRE, user="u@x", password="p:"
    )
    assert SmtpServer.of("smtp://u:p@10.0.0.5?starttls=never").start_tls is StartTls.NEVER
    assert SmtpServer.of("smtp://[::1]:2525").host == "::1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "post.example:25",
        "http://post.example",
        "smtp://",
        "smtp://u:secret@post.example/path",
        "smtp://u:secret@post.example?starttls=maybe",
        "smtp://u:secret@post.example?verify=no",
        "smtps://u:secret@post.example?starttls=require",
        "smtp://u:secret@post.example:port",
    ],
)
def test_another_address_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(ValueError) as refusal:
        SmtpServer.of(url)
    assert "secret" not in str(refusal.value)


def test_the_password_is_not_shown_by_repr() -> None:
    assert "secret" not in repr(SmtpServer.of("smtp://u:secret@post.example"))
