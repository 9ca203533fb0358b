"""Chain the trail and the scans by digests."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('chain_link',
    sa.Column('chain', sa.String(length=40), nullable=False),
    sa.Column('n', sa.BigInteger(), nullable=False),
    sa.Column('row_id', sa.Uuid(), nullable=False),
    sa.Column('row_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('chain', 'n', name=op.f('pk_chain_link')),
    sa.UniqueConstraint('chain', 'row_id', name='uq_chain_link_chain_row_id')
    )
    op.create_index('ix_audit_entry_at', 'audit_entry', ['at'], unique=False)
    op.create_index('ix_scan_received_at', 'scan', ['received_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_scan_received_at', table_name='scan')
    op.drop_index('ix_audit_entry_at', table_name='audit_entry')
    op.drop_table('chain_link')
