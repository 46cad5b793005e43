"""A mailer for tests: keeps what it is sent, and can be down or reject."""

from errors import ProviderDown, ProviderRejected
from providers.mail.letter import Letter


class FakeMailer:
    """Keeps letters in `outbox`, in order, also one that is sent twice, as a real server would."""

    def __init__(self) -> None:
        self.outbox: list[Letter] = []
        self.is_down = False
        self.rejected_addresses: set[str] = set()

    async def send(self, letter: Letter) -> None:
        """Keep the letter; builds its message, so that what could not be sent really fails here too."""
        if self.is_down:
            raise ProviderDown("the fake mail server is down")
        if letter.to.address in self.rejected_addresses:
            raise ProviderRejected(f"550 no such user: {letter.to.address}")
        letter.to_bytes()
        self.outbox.append(letter)

    def sent_to(self, address: str) -> list[Letter]:
        """The letters that this address got, oldest first."""
        return [letter for letter in self.outbox if letter.to.address == address]
