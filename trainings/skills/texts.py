"""Words of the skills matrix."""

from trainings.skills.models import EvidenceKind

FRAMEWORK_TITLE = "在宅医療・介護連携のスキル表"
KINDS = {
    EvidenceKind.ATTEND: "参加",
    EvidenceKind.TEST: "確認テスト",
    EvidenceKind.OBSERVATION: "観察による確認",
    EvidenceKind.REVOKE: "取り消し",
}
