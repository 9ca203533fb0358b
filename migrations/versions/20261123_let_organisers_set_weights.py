"""Let organisers set the weights of a draw."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

DEFAULTS = {'most_weight': '4', 'first_timer_halves': '3'}


def upgrade() -> None:
    with op.batch_alter_table('event') as event:
        for name, default in DEFAULTS.items():
            event.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=default))
    with op.batch_alter_table('event') as event:
        for name in DEFAULTS:
            event.alter_column(name, existing_type=sa.Integer(), existing_nullable=False, server_default=None)
            event.create_check_constraint(op.f(f'ck_event_{name}_in_range'), f'{name} BETWEEN 2 AND 6')


def downgrade() -> None:
    with op.batch_alter_table('event') as event:
        for name in DEFAULTS:
            event.drop_constraint(op.f(f'ck_event_{name}_in_range'), type_='check')
            event.drop_column(name)
