"""Note for whom a badge was printed."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('badge_print',
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('printed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('device_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.CheckConstraint('device_id IS NOT NULL OR staff_id IS NOT NULL', name=op.f('ck_badge_print_somebody_printed')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_badge_print_application_id_application'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_badge_print_device_id_device'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_badge_print_staff_id_staff'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_badge_print'))
    )
    op.create_index('ix_badge_print_application_id', 'badge_print', ['application_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_badge_print_application_id', table_name='badge_print')
    op.drop_table('badge_print')
