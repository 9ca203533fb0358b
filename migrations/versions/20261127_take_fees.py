"""Take fees at the door."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('event') as event:
        event.add_column(sa.Column('fee_amount', sa.Integer(), nullable=True))
        event.create_check_constraint(
            op.f('ck_event_fee_amount_in_range'), 'fee_amount IS NULL OR fee_amount BETWEEN 1 AND 100000'
        )
    op.create_table('door_fee',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('undoes_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('amount BETWEEN 0 AND 1000000', name=op.f('ck_door_fee_amount_in_range')),
    sa.CheckConstraint('device_id IS NOT NULL OR staff_id IS NOT NULL', name=op.f('ck_door_fee_somebody_took_it')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_door_fee_application_id_application'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_door_fee_device_id_device'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_door_fee_event_id_event'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_door_fee_staff_id_staff'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['undoes_id'], ['door_fee.id'], name=op.f('fk_door_fee_undoes_id_door_fee'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_door_fee')),
    sa.UniqueConstraint('undoes_id', name=op.f('uq_door_fee_undoes_id'))
    )
    op.create_index('ix_door_fee_event_id_received_at', 'door_fee', ['event_id', 'received_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_door_fee_event_id_received_at', table_name='door_fee')
    op.drop_table('door_fee')
    with op.batch_alter_table('event') as event:
        event.drop_constraint(op.f('ck_event_fee_amount_in_range'), type_='check')
        event.drop_column('fee_amount')
