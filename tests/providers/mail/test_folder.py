from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from errors import ProviderDown, ProviderRejected
from providers.mail.fake import FakeMailer
from providers.mail.folder import FolderMailer, file_name
from providers.mail.mailbox import Mailbox
from tests.providers.mail.samples import LETTER, WITH_CALENDAR, reopened


def files(folder: Path) -> list[Path]:
    """What lies in the folder, as a listing shows it."""
    return sorted(folder.iterdir())


async def test_a_letter_lies_in_the_folder_as_one_eml_file(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mail"
    await FolderMailer(folder).send(WITH_CALENDAR)
    (file,) = files(folder)
    assert file.name.startswith("20261201T090000Z-mia-guest-example-")
    assert file.suffix == ".eml"
    assert file.read_bytes() == WITH_CALENDAR.to_bytes()
    assert reopened(file.read_bytes())["Subject"] == "Hello"


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    await FolderMailer(tmp_path).send(LETTER)
    (file,) = files(tmp_path)
    assert file.stat().st_mode & 0o077 == 0


async def test_the_same_message_twice_is_one_file(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    for letter in (LETTER, LETTER, replace(LETTER, date=LETTER.date + timedelta(minutes=5))):
        await mailer.send(letter)
    assert len(files(tmp_path)) == 1
    await mailer.send(replace(LETTER, message_id="two@acme.example"))
    assert len(files(tmp_path)) == 2


async def test_files_sort_by_time(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    for day in (3, 1, 2):
        later = LETTER.date + timedelta(days=day)
        await mailer.send(replace(LETTER, date=later, subject=str(day), message_id=f"{day}@acme.example"))
    subjects = [reopened(file.read_bytes())["Subject"] for file in files(tmp_path)]
    assert subjects == ["1", "2", "3"]


@pytest.mark.parametrize(
    "address", ["/.a/./etc/passwd@guest.example", "~%$*?|/x@guest.example", "ж@guest.example"]
)
def test_no_address_leaves_the_folder(address: str) -> None:
    name = file_name(replace(LETTER, to=Mailbox(name="", address=address)))
    assert Path(name).name == name
    assert name.isascii()


async def test_a_folder_that_cannot_be_written_is_down_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(ProviderDown):
        await FolderMailer(tmp_path / "mail").send(LETTER)
    assert [path.name for path in files(tmp_path)] == ["mail"]


async def test_the_fake_keeps_what_it_is_sent() -> None:
    mailer = FakeMailer()
    await mailer.send(LETTER)
    assert mailer.outbox == [LETTER]
    assert mailer.sent_to("mia@guest.example") == [LETTER]
    assert mailer.sent_to("anna@acme.example") == []


async def test_the_fake_can_be_down_and_reject() -> None:
    mailer = FakeMailer()
    mailer.is_down = True
    with pytest.raises(ProviderDown):
        await mailer.send(LETTER)
    mailer.is_down = False
    mailer.rejected_addresses.add("mia@guest.example")
    with pytest.raises(ProviderRejected):
        await mailer.send(LETTER)
    assert mailer.outbox == []
