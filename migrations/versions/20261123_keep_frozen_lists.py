"""Keep each frozen list with its digest, and let organisers count refusals by kind of event.

A list that was frozen before this has no digest that was shown in time: it is opened, to be frozen once more.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('frozen_list',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('part', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('numbers', sa.JSON(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_frozen_list_event_id_event'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_frozen_list')),
    sa.UniqueConstraint('event_id', 'n', name='uq_frozen_list_event_id_n')
    )
    with op.batch_alter_table('event') as event:
        event.add_column(sa.Column('weighs_own_kind', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('event') as event:
        event.alter_column('weighs_own_kind', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.execute("""
        UPDATE event SET list_frozen_at = NULL WHERE NOT EXISTS (
            SELECT 1 FROM draw WHERE draw.event_id = event.id
            AND NOT EXISTS (SELECT 1 FROM draw_void WHERE draw_void.draw_id = draw.id)
        )
    """)


def downgrade() -> None:
    with op.batch_alter_table('event') as event:
        event.drop_column('weighs_own_kind')
    op.drop_table('frozen_list')
