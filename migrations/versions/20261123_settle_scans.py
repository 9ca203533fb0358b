"""Settle scans that staff had to look at."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('door_settlement',
    sa.Column('scan_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['scan_id'], ['scan.id'], name=op.f('fk_door_settlement_scan_id_scan'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_door_settlement_staff_id_staff'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('scan_id', name=op.f('pk_door_settlement'))
    )


def downgrade() -> None:
    op.drop_table('door_settlement')
