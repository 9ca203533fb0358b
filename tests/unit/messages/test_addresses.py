"""Addresses that break the RFC still get mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings.messages.addresses import BadAddress, envelope_address, mailbox_of


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("taro@clinic.example", "taro@clinic.example"),
        ("taro+a_b-c@clinic.example", "taro+a_b-c@clinic.example"),
        ("taro.@carrier.example", '"taro."@carrier.example'),
        ("ta..ro@carrier.example", '"ta..ro"@carrier.example'),
        ("-taro[1]@carrier.example", '"-taro[1]"@carrier.example'),
        ('"taro."@carrier.example', '"taro."@carrier.example'),
        ('ta"ro@carrier.example', '"ta\\"ro"@carrier.example'),
        ("a@b@carrier.example", '"a@b"@carrier.example'),
    ],
)
def test_envelope_address_quotes_only_what_must_be_quoted(address: str, expected: str) -> None:
    assert envelope_address(address) == expected


@pytest.mark.parametrize(
    "address", ["", "@", "taro", "taro@", "@clinic.example", "taro@.", "ta\nro@x.example"]
)
def test_envelope_address_refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(BadAddress):
        envelope_address(address)


@given(st.text(), st.text())
def test_envelope_address_never_breaks_and_never_lets_a_line_end_through(local: str, domain: str) -> None:
    try:
        found = envelope_address(f"{local}@{domain}")
    except BadAddress:
        return
    assert found.isprintable()
    assert envelope_address(found) == found


@pytest.mark.parametrize(
    "address",
    ["hanako@clinic.example", "Hanako@Clinic.Example", "hana.ko+1@clinic.example", "h.anako@CLINIC.example"],
)
def test_many_ways_to_write_one_mailbox_count_as_one(address: str) -> None:
    assert mailbox_of(address) == "hanako@clinic.example"


def test_neighbours_have_mailboxes_of_their_own() -> None:
    assert mailbox_of("hanako@a.example") != mailbox_of("hanako@b.example")
    assert mailbox_of("hana@a.example") != mailbox_of("hanako@a.example")
