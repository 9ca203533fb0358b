"""Know that a database was put back from a backup, and which mails waited when that was taken."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0025'
branch_labels = None
depends_on = None

FAILURES = [
    'unreachable', 'not_let_in', 'no_answer', 'cut_off', 'later', 'sender_refused', 'address_refused', 'mail_refused',
    'unusable', 'no_text', 'interrupted',
]  # fmt: skip
FAILURE = 'ck_message_failure'


def upgrade() -> None:
    _know([*FAILURES, 'restored'])
    op.create_table(
        'restoration',
        sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('restored_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('cursors_above', sa.BigInteger(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_restoration')),
    )


def downgrade() -> None:
    op.drop_table('restoration')
    op.execute("UPDATE message SET failure = 'interrupted' WHERE failure = 'restored'")
    _know(FAILURES)


def _know(failures: list[str]) -> None:
    with op.batch_alter_table('message') as message:
        message.drop_constraint(op.f(FAILURE), type_='check')
    with op.batch_alter_table('message') as message:
        message.create_check_constraint(op.f(FAILURE), sa.column('failure').in_(failures))
