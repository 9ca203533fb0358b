"""Lock desks to scanning by a PIN."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

WHOLE = '(lock_set_at IS NULL) = (lock_hash IS NULL) AND (lock_set_at IS NULL) = (lock_salt IS NULL)'


def upgrade() -> None:
    with op.batch_alter_table('device') as device:
        device.add_column(sa.Column('lock_salt', sa.String(length=32), nullable=True))
        device.add_column(sa.Column('lock_hash', sa.String(length=64), nullable=True))
        device.add_column(sa.Column('lock_set_at', sa.DateTime(timezone=True), nullable=True))
        device.create_check_constraint(op.f('ck_device_lock_is_whole'), WHOLE)


def downgrade() -> None:
    with op.batch_alter_table('device') as device:
        device.drop_constraint(op.f('ck_device_lock_is_whole'), type_='check')
        for name in ('lock_set_at', 'lock_hash', 'lock_salt'):
            device.drop_column(name)
