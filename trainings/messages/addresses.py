"""Mail addresses as they are and as the protocol wants them. Pure."""

from __future__ import annotations

import re

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTED = re.compile(r'"([^"\\]|\\.)*"')


def mailbox_of(address: str) -> str:
    """A folded copy for counting only: letters in lower case, no dots and nothing after a plus in the local part, since
    many servers put all of these into one mailbox."""
    local_part, _, domain = address.lower().rpartition("@")
    return f"{local_part.partition('+')[0].replace('.', '')}@{domain}"


class BadAddress(Exception):
    """No mail can be sent to this."""


def envelope_address(address: str) -> str:
    """The address with its local part quoted where RFC 5321 wants that.

    Carriers once gave out addresses with a dot before the at sign or two in a row; they are valid only in quotes.
    Raises BadAddress for what has no local part, no domain, or a control character.
    """
    local_part, _, domain = address.strip().rpartition("@")
    if not local_part or not domain.strip(".") or not address.isprintable() or " " in domain:
        raise BadAddress(f"not a mail address: {address!r}")
    if _ATOMS.fullmatch(local_part) or _QUOTED.fullmatch(local_part) or not local_part.isascii():
        return f"{local_part}@{domain}"
    escaped = local_part.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@{domain}'
