"""Names as people write them.

Kanji names are kept exactly as typed: no Unicode normalisation, for NFC would turn U+FA19 into U+795E and ruin a
certificate. Kana, phone numbers, postcodes and codes are folded to one form; a folded copy serves matching only.
"""

from __future__ import annotations

import re
import unicodedata

import jaconv

LONGEST = 1000
"""No name, number or address is longer. Folding takes time with the square of a row of combining marks."""
LONGEST_MAIL = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""
_PAIRS = {
    "<": ">",
    "(": ")",
    "[": "]",
    "「": "」",
    "『": "』",
    "〈": "〉",
    "《": "》",
    "【": "】",
    "“": "”",
    "'": "'",
}
MAYBE_DOTS = str.maketrans("。・", "..")
"""What a Japanese keyboard brings for a dot in a mail address."""
_AFTER_A_MAIL = "、。,;:.・"
_QUOTED_LOCAL = re.compile(r'"([A-Za-z0-9._+-]+)"@([^@"]+)')
_HYPHENS = re.compile("[-‐‑‒–—―−ー－ｰ]")
_SPACES = re.compile(r"[\s\u3000]+")
_MARKED = re.compile(r"[ぁ-ヺ][\u3099\u309a]")
_LONG_VOWEL = re.compile("(?<=[ァ-ヺ])[-‐‑‒–—―−－](?=[ 　]|$)")
_NO_KANA = re.compile(r"[^ァ-ヺー・ヽヾ゠＝=\u31f0-\u31ff ]")
"""Beside kana: what parts a long name (メアリー・ジェーン, スミス＝ジョーンズ)."""
_KANJI = re.compile(r"[々〆\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NAMED_PHONE = re.compile(r"^(?:TEL|電話番号|電話|携帯電話|携帯)[:.]?", re.IGNORECASE)
_EXTENSION = re.compile(r"(?<=\d)[,(]?(?:内線|内|ext|x)[)番:.-]*(\d{1,6})番?[)]?$", re.IGNORECASE)
_OWN_EXTENSION = re.compile(r"(?<=\d)内線\d{1,6}$")
_NO_LICENCE = re.compile(
    r"0*|(?:特に|登録|番号|該当|免許)?(?:なし|ナシ|無し|無|ありません|ございません)|N/?A|NONE|未定|不明"
)
_TH_LICENCE = re.compile(r"(?:(?:登録|免許)番号:?)?第?([0-9A-Z]+)号?")
_BESIDE_LATIN = frozenset(" .,'’-‐・")


def as_typed(text: str | None) -> str:
    """Outer spaces and control characters stripped, everything else as typed."""
    kept = "".join(
        letter
        for letter in (text or "")
        if unicodedata.category(letter) not in ("Cc", "Cf") or letter == "\n"
    )
    return kept.strip(" \t\u3000\n\r")


def narrow(text: str | None) -> str:
    """As typed, and folded by NFKC unless it is too long to be anything that is folded: the only door to NFKC."""
    typed = as_typed(text)
    return unicodedata.normalize("NFKC", typed) if len(typed) <= LONGEST else typed


def kana(text: str | None) -> str:
    """Katakana of full width; hiragana, half width and marks of their own are folded, inner runs of spaces become one, and a
    hyphen at the end of a word is the long vowel that it stands for."""
    composed = _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), as_typed(text))
    wide = jaconv.h2z(composed, kana=True, ascii=False, digit=False)
    return _LONG_VOWEL.sub("ー", _SPACES.sub(" ", str(jaconv.hira2kata(wide))))


def no_kana(kana: str) -> str:
    """What of a folded text is no kana, each sign once, in its order."""
    return "".join(dict.fromkeys(_NO_KANA.findall(kana)))


def kanji(text: str) -> str:
    """The kanji in a text, each once, in their order."""
    return "".join(dict.fromkeys(_KANJI.findall(text)))


def is_latin(name: str | None) -> bool:
    """Whether a name is written in Latin letters, with whatever marks: it needs no kana to be read."""
    letters = [letter for letter in narrow(name) if letter not in _BESIDE_LATIN]
    return bool(letters) and all(
        unicodedata.category(letter) == "Mn" or unicodedata.name(letter, "").startswith("LATIN ")
        for letter in letters
    )


def phone(text: str | None) -> str:
    """ASCII digits with hyphens where they were typed; full width and spaces are folded, 電話 before it goes, and an
    extension stands behind it as 内線12."""
    folded = _SPACES.sub("", _HYPHENS.sub("-", narrow(text)))
    if len(folded) > LONGEST:
        return folded
    return _EXTENSION.sub(r"内線\1", _NAMED_PHONE.sub("", folded))


def without_extension(phone: str) -> str:
    """A folded number as the exchange is called."""
    return _OWN_EXTENSION.sub("", phone)


def dialled(phone: str | None) -> str:
    """A number as a telephone dials it: digits and a leading plus, without an extension."""
    folded = without_extension(narrow(phone))
    return re.sub(r"(?!^\+)\D", "", folded)


def phone_digits(text: str | None) -> str:
    """Only the digits, for comparing."""
    return re.sub(r"\D", "", phone(text))


def number(text: str | None) -> str:
    """A number of any kind: ASCII, no spaces, no hyphens; leading zeros stay."""
    return _SPACES.sub("", _HYPHENS.sub("", narrow(text))).upper()


def licence(text: str | None) -> str:
    """A licence number, without 第 and 号 around it; "" for what says that there is none."""
    folded = number(text)
    if len(folded) > LONGEST:
        return folded
    if _NO_LICENCE.fullmatch(folded):
        return ""
    bare = _TH_LICENCE.fullmatch(folded)
    return bare[1] if bare else folded


def mail(text: str | None) -> str:
    """A mail address as ASCII without spaces; the domain in lower case, the local part as typed.

    What is certainly no part of it goes: mailto:, brackets around it, a mark or a dot at its end, quotes around its local
    part (messages.addresses puts them where the protocol wants them).
    """
    address = _SPACES.sub("", narrow(text))
    if "@" not in address or len(address) > LONGEST:
        return address
    while (bare := _bared(address)) != address:
        address = bare
    local_part, at_sign, domain = address.rpartition("@")
    return f"{local_part}{at_sign}{domain.lower()}" if at_sign else address


def _bared(address: str) -> str:
    """One layer less, of which there may be several."""
    if address[:7].lower() == "mailto:":
        address = address[7:]
    if address.endswith(">"):
        address = address[address.find("<") + 1 : -1]
    if address[:1] in _PAIRS and address.endswith(_PAIRS[address[:1]]):
        address = address[1:-1]
    quoted = _QUOTED_LOCAL.fullmatch(address)
    if quoted:
        address = f"{quoted[1]}@{quoted[2]}"
    return address.rstrip(_AFTER_A_MAIL)


def masked_mail(mail: str, mask: str) -> str:
    """An address as its owner knows it again and nobody else learns it: first sign and domain."""
    local_part, _, domain = mail.rpartition("@")
    return f"{local_part[:1]}{mask * 3}@{domain}"


def code(text: str | None) -> str:
    """A 受付番号 or ticket as typed by hand: ASCII, upper case, one kind of hyphen, no spaces."""
    return _SPACES.sub("", _HYPHENS.sub("-", narrow(text).upper()))


_ADDRESS = re.compile(
    r"http|hxxp|www\.|://|@"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?<![\w-])[\w-]+\.(?:みんな|コム|ストア|セール)"
    r"|(?<![\w-])(?P<before>[\w-]+)\.(?P<ending>[a-z]{2,})(?![a-z])"
)
_DOTS = str.maketrans("。｡", "..")
LONGEST_NAME = 300
"""Beyond that no field takes it, and nobody looks for an address in it."""
_TITLES = frozenset({"dr", "st", "mr", "mrs", "ms", "jr", "no", "fr"})
_COMMON_ENDINGS = frozenset(
    [
        "com",
        "net",
        "org",
        "jp",
        "info",
        "biz",
        "io",
        "co",
        "me",
        "tv",
        "cc",
        "xyz",
        "top",
        "site",
        "app",
        "dev",
        "link",
        "online",
        "shop",
        "club",
    ]
)
_PHONE = re.compile(r"\d[\d() -]{5,}\d")


def holds_address(text: str | None) -> bool:
    """Whether a mail program would make a link of something in it: an address of a page or of a mailbox, in whatever width
    it is typed. A title before a name (St.Mary) is none."""
    folded = unicodedata.normalize("NFKC", as_typed((text or "")[:LONGEST_NAME])).lower().translate(_DOTS)
    return any(
        found["before"] not in _TITLES or found["ending"] in _COMMON_ENDINGS
        for found in _ADDRESS.finditer(folded)
    )


def holds_phone(text: str | None) -> bool:
    """Whether it has seven digits or more in a row, as a telephone number."""
    return _PHONE.search(phone((text or "")[:LONGEST_NAME])) is not None


VARIANTS = {
    "髙": "高",
    "﨑": "崎",
    "\ufa19": "神",
    "\uf9dc": "隆",
    "𠮷": "吉",
    "濵": "浜",
    "邊": "辺",
    "邉": "辺",
}
"""Kanji that differ from a common one in shape only; desks fold what is typed in the same way."""
_VARIANTS = str.maketrans(VARIANTS)


def search_key(*parts: str | None) -> str:
    """A folded copy for matching only: NFKC, katakana, lower case, no spaces or middle dots, variants of kanji joined."""
    joined = "".join(part or "" for part in parts).translate(_VARIANTS)
    folded = jaconv.hira2kata(narrow(joined)).lower()
    return re.sub(r"[\s・･]", "", str(folded)).translate(_VARIANTS)
