"""About 120 made-up offices: each kind with the professions that work there and how many people come from it."""

from __future__ import annotations

from dataclasses import dataclass

from trainings.directory.models import OrganisationKind as Kind


@dataclass(frozen=True)
class OfficeKind:
    """name: pattern with the place. offices: how many there are. people: (profession code, how many in all)."""

    kind: Kind
    name: str
    kana: str
    offices: int
    people: tuple[tuple[str, int], ...]


OFFICE_KINDS = (
    OfficeKind(Kind.CLINIC, "{}内科クリニック", "{}ナイカクリニック", 14, (("MD", 18), ("NSH", 6))),
    OfficeKind(Kind.HOSPITAL, "{}病院", "{}ビョウイン", 3, (("MD", 3), ("NSH", 6), ("NSD", 6), ("MSW", 7), ("PT", 4), ("RD", 3))),
    OfficeKind(Kind.DENTAL, "{}歯科医院", "{}シカイイン", 12, (("DT", 12), ("DH", 5))),
    OfficeKind(Kind.PHARMACY, "{}薬局", "{}ヤッキョク", 16, (("PH", 24),)),
    OfficeKind(Kind.HOME_NURSING, "{}訪問看護ステーション", "{}ホウモンカンゴステーション", 13, (("NSV", 36), ("PT", 8), ("OT", 6), ("ST", 3))),
    OfficeKind(Kind.CARE_MANAGEMENT, "{}居宅介護支援事業所", "{}キョタクカイゴシエンジギョウショ", 16, (("CM", 32), ("CMS", 7))),
    OfficeKind(Kind.SUPPORT_CENTRE, "{}地域包括支援センター", "{}チイキホウカツシエンセンター", 5, (("HOK", 9), ("CSW", 5), ("PHN", 4))),
    OfficeKind(Kind.HOME_CARE, "{}ヘルパーステーション", "{}ヘルパーステーション", 11, (("HH", 14),)),
    OfficeKind(Kind.DAY_CARE, "デイサービス{}", "デイサービス{}", 10, (("CW", 9), ("LSC", 4))),
    OfficeKind(Kind.FACILITY, "特別養護老人ホーム{}", "トクベツヨウゴロウジンホーム{}", 6, (("NSF", 4), ("CW", 5), ("LSC", 3))),
    OfficeKind(Kind.EQUIPMENT, "{}福祉用具", "{}フクシヨウグ", 5, (("WEL", 4),)),
    OfficeKind(Kind.CONSULTATION, "相談支援センター{}", "ソウダンシエンセンター{}", 4, (("PSC", 4), ("PSW", 2))),
    OfficeKind(Kind.PUBLIC, "けやき市役所 {}窓口", "ケヤキシヤクショ {}マドグチ", 3, (("ADM", 6), ("SYA", 4), ("EMT", 2))),
    OfficeKind(Kind.OTHER, "{}家族会", "{}カゾクカイ", 2, (("NPO", 2),)),
)  # fmt: skip
"""120 offices and the 267 people of the sample city, by profession."""
