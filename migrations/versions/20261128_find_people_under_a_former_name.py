"""Find people by licence number, and by given name and mail; know these as reasons of a candidate pair."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0030'
branch_labels = None
depends_on = None

LIKENESSES = ['name_and_kana', 'kana_and_office', 'phone', 'by_hand']
LIKENESS = 'ck_person_candidate_likeness'


def upgrade() -> None:
    _know(['name_and_kana', 'licence', 'kana_and_office', 'mail_and_given', 'phone', 'by_hand'])
    with op.batch_alter_table('person') as person:
        person.create_index('ix_person_given_kana', ['given_kana'], unique=False)
        person.create_index('ix_person_licence_number', ['licence_number'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('person') as person:
        person.drop_index('ix_person_licence_number')
        person.drop_index('ix_person_given_kana')
    op.execute("UPDATE person_candidate SET likeness = 'by_hand' WHERE likeness IN ('licence', 'mail_and_given')")
    _know(LIKENESSES)


def _know(likenesses: list[str]) -> None:
    with op.batch_alter_table('person_candidate') as candidate:
        candidate.drop_constraint(op.f(LIKENESS), type_='check')
    with op.batch_alter_table('person_candidate') as candidate:
        candidate.create_check_constraint(op.f(LIKENESS), sa.column('likeness').in_(likenesses))
