"""Mail laid into a folder as .eml files, for machines without a mail server: any mail program opens them."""

import asyncio
import re
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from errors import ProviderDown
from providers.mail.letter import Letter


class FolderMailer:
    """Writes each letter to `folder` (made when missing), for this user only: mails carry manage links."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, letter: Letter) -> None:
        """Write the letter as one whole file or none; a message id that lies there is not written again."""
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as error:
            raise ProviderDown(f"cannot write to {self._folder}: {error}") from error

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = file_name(letter)
        if any(self._folder.glob(f"*-{name.rpartition('-')[2]}")):
            return
        with NamedTemporaryFile(dir=self._folder, prefix=".", suffix=".part", delete=False) as file:
            partial = Path(file.name)
            try:
                file.write(letter.to_bytes())
                file.flush()
                partial.replace(self._folder / name)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise


def file_name(letter: Letter) -> str:
    """`20261201T090000Z-mia-guest-example-1f0c….eml`: time, reader, and the message's own mark."""
    reader = re.sub(r"[^a-z0-9]+", "-", letter.to.address.lower()).strip("-")[:60]
    mark = sha256(letter.message_id.encode()).hexdigest()[:16]
    return f"{letter.date.astimezone(UTC):%Y%m%dT%H%M%SZ}-{reader or 'reader'}-{mark}.eml"
