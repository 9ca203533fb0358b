"""Know a second application that got a seat of its own as a reason of a candidate pair; no substitute waits any more."""

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0064'
branch_labels = None
depends_on = None

LIKENESSES = ['name_and_kana', 'licence', 'kana_and_office', 'mail_and_given', 'phone', 'by_hand']
LIKENESS = 'ck_person_candidate_likeness'


def upgrade() -> None:
    _know([*LIKENESSES[:-1], 'applied_twice', LIKENESSES[-1]])
    op.execute("UPDATE application SET substitute_for_id = NULL WHERE state = 'duplicate'")


def downgrade() -> None:
    op.execute("UPDATE person_candidate SET likeness = 'name_and_kana' WHERE likeness = 'applied_twice'")
    _know(LIKENESSES)


def _know(likenesses: list[str]) -> None:
    with op.batch_alter_table('person_candidate') as candidate:
        candidate.drop_constraint(op.f(LIKENESS), type_='check')
    with op.batch_alter_table('person_candidate') as candidate:
        candidate.create_check_constraint(op.f(LIKENESS), sa.column('likeness').in_(likenesses))
