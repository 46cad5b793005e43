import pytest

from errors import ProviderRejected
from providers.mail.mailbox import Mailbox


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mia",
        "@guest.example",
        "mia@",
        "mia@@guest.example",
        "mia park@guest.example",
        "mia@guest..example",
        "mia@guest.example\r\nBcc: x@evil.example",
        "mia@guest.example\x00",
        "<mia@guest.example>",
        "mia@guest.example,x@evil.example",
        "mia;x@guest.example",
        '"mia"@guest.example',
        ".mia@guest.example",
        "mia\ud800@guest.example",
        "m" * 65 + "@guest.example",
        "mia@" + "a" * 64 + ".example",
        "mia@[127.0.0.1]",
        "mia@guest.example>SIZE=1",
    ],
)
def test_an_address_that_none_can_have_is_refused(address: str) -> None:
    with pytest.raises(ProviderRejected):
        Mailbox(name="Mia", address=address)


@pytest.mark.parametrize(
    "address", ["mia+talks@guest.example", "o'hara@guest.example", "m_p.x-1@sub.guest.example"]
)
def test_an_everyday_address_is_taken_as_it_is(address: str) -> None:
    box = Mailbox(name="Mia", address=address)
    assert (box.wire_address, box.needs_utf8) == (address, False)


def test_a_domain_with_umlauts_goes_out_in_ascii() -> None:
    box = Mailbox(name="Jörg", address="joerg@bücher.example")
    assert (box.wire_address, box.needs_utf8) == ("joerg@xn--bcher-kva.example", False)


def test_a_local_part_with_umlauts_needs_smtputf8() -> None:
    assert Mailbox(name="Jörg", address="jörg@bücher.example").needs_utf8
