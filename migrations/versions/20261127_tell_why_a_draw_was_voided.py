"""Keep apart why a draw was taken back, which everybody may read, and what staff wrote about it."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

CAUSES = ('list', 'rules', 'number', 'event', 'other')


def upgrade() -> None:
    cause = sa.Enum(*CAUSES, name='void_cause', native_enum=False, create_constraint=True, length=40)
    with op.batch_alter_table('draw_void') as void:
        # What was typed for earlier ones was meant to be public; from here on only their cause is.
        void.add_column(sa.Column('cause', cause, nullable=False, server_default='other'))
    with op.batch_alter_table('draw_void') as void:
        void.alter_column('cause', existing_type=cause, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('draw_void') as void:
        void.drop_constraint(op.f('ck_draw_void_void_cause'), type_='check')
        void.drop_column('cause')
