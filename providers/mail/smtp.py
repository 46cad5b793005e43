"""Mail over SMTP (RFC 5321), with certificates checked."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiosmtplib

from errors import ProviderDown, ProviderError, ProviderRejected
from providers.mail.letter import Letter
from providers.mail.smtp_server import SmtpServer, StartTls


class SmtpMailer:
    """Sends each letter over a connection of its own.

    `timeout_seconds` holds for connecting and for each answer. `tls_context` replaces the system's trusted
    authorities, for a relay with a private one.
    """

    def __init__(
        self, server: SmtpServer, *, timeout_seconds: float = 30, tls_context: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._timeout_seconds = timeout_seconds
        self._tls_context = tls_context

    async def send(self, letter: Letter) -> None:
        """Hand the letter to the server. A letter has one reader, so it is accepted or refused as a whole."""
        wire = letter.to_bytes()
        client = self._client(letter)
        try:
            with _connecting():
                await client.connect()
            with _handing_over():
                await client.sendmail(
                    letter.sender.wire_address,
                    [letter.to.wire_address],
                    wire,
                    mail_options=["SMTPUTF8"] if letter.needs_utf8 else [],
                )
            await _leave(client)
        finally:
            client.close()

    def _client(self, letter: Letter) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls={StartTls.REQUIRE: True, StartTls.NEVER: False, StartTls.OFFERED: None}[server.start_tls],
            tls_context=self._tls_context,
            timeout=self._timeout_seconds,
            # Asking the resolver for this machine's name can take many seconds, and in a container finds
            # nothing.
            local_hostname=letter.sender.domain,
        )


@contextmanager
def _connecting() -> Iterator[None]:
    # A refusal before the letter was shown (greeting, STARTTLS, sign-in) is not about the letter: an
    # administrator can mend it, and the letter must then still be there. So even a 5xx means "later" here.
    try:
        yield
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise ProviderDown(f"no connection to the mail server: {error}") from error


@contextmanager
def _handing_over() -> Iterator[None]:
    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusal = error.recipients[0]
        raise _refusal(refusal.code, refusal.message) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error.code, error.message) from error
    except (aiosmtplib.SMTPNotSupported, ValueError) as error:
        raise ProviderRejected(f"the mail server cannot take this letter: {error}") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise ProviderDown(f"the mail server was lost: {error}") from error


def _refusal(code: int, message: str) -> ProviderError:
    answer = f"the mail server answered {code} {message}"
    return ProviderRejected(answer) if code >= 500 else ProviderDown(answer)


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        return  # The server has the letter; how it says goodbye changes nothing.
