"""What a mailer does, whatever carries the mail."""

from typing import Protocol

from providers.mail.letter import Letter


class Mailer(Protocol):
    """Hands letters over to be delivered."""

    async def send(self, letter: Letter) -> None:
        """Hand the letter over; returning means that the other side has it.

        Raises ProviderDown (try again) or ProviderRejected (do not). After a ProviderDown it may have arrived
        all the same: sending the same letter again is then the same message again, by its message id.
        """
