"""What is typed wrong in a way that people can mend: the sentence that asks about it, or "".

What is certain was folded before (core.names). Every way in asks here: forms by the checks of core.fields, desks and
files by themselves.
"""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from trainings.core import names, texts

OWN_SPELLINGS = (".docomo.ne.jp", ".ezweb.ne.jp", ".au.com", ".ido.ne.jp")
"""Carriers that once gave out addresses with dots in a row or before the at sign, which no rule of the net allows. Their
mails go out with the local part in quotes (messages.addresses)."""

_NO_PHONE = re.compile(r"[^0-9()+./-]")
MOST_SHOWN = 5
"""So many signs tell which they are."""


def about_kana(what: str, kana: str, *, name: str = "") -> str:
    """Of folded kana. what: the field's name in the sentence. name: the name that it belongs to; in Latin letters it needs
    none."""
    strange = names.no_kana(kana)
    if not strange:
        return ""
    if found := names.kanji(strange):
        return texts.KANJI_IN_KANA.format(what=what, letters=found[:MOST_SHOWN])
    if names.is_latin(name):
        return texts.NO_KANA_NEEDED.format(what=what)
    return texts.NO_KANA.format(what=what, letters=strange[:MOST_SHOWN])


def about_mail(address: str) -> str:
    """Of a folded address. Only its spelling: whether it exists shows when a mail arrives."""
    if strange := "".join(dict.fromkeys(letter for letter in address if not "!" <= letter <= "~")):
        maybe = names.mail(address.translate(names.MAYBE_DOTS))
        asked = texts.NO_MAIL_LETTERS.format(letters=strange[:MOST_SHOWN])
        return asked + texts.MAYBE_MAIL.format(mail=maybe) if is_mail(maybe) else asked
    if is_mail(address):
        return ""
    if "@" not in address:
        return texts.MAIL_WITHOUT_AT
    if address.count("@") > 1:
        return texts.MAIL_WITH_ATS
    return texts.DOTS_IN_MAIL if is_mail(_without_odd_dots(address)) else texts.MAIL


def about_known_mail(address: str) -> str:
    """Of a folded address that has to be one we have: whoever gave it under an older rule is found by it still. Says nothing
    about whether we have it."""
    local_part, _, domain = address.rpartition("@")
    could_be = address.isascii() and local_part and domain and "@" not in local_part
    return "" if could_be else about_mail(address)


def about_phone(phone: str) -> str:
    """Of a folded telephone number."""
    strange = "".join(dict.fromkeys(_NO_PHONE.findall(names.without_extension(phone))))
    return texts.NO_PHONE.format(letters=strange[:MOST_SHOWN]) if strange else ""


def is_mail(address: str) -> bool:
    """A folded address by the grammar of the net, or by the known one of a Japanese carrier."""
    if not address.isascii() or len(address) > names.LONGEST_MAIL:
        return False
    local_part, _, domain = address.rpartition("@")
    if f".{domain}".endswith(OWN_SPELLINGS) and re.match(r"[A-Za-z0-9_]", local_part):
        address = _without_odd_dots(address)
    try:
        validate_email(address, allow_smtputf8=False, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


def _without_odd_dots(address: str) -> str:
    local_part, _, domain = address.rpartition("@")
    return f"{re.sub(r'[.]+', '.', local_part).strip('.')}@{re.sub(r'[.]+', '.', domain).strip('.')}"
