"""Count the wrong PINs of a locked desk on the server."""

import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('device') as device:
        device.add_column(sa.Column('lock_wrong', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('device') as device:
        device.alter_column('lock_wrong', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('device') as device:
        device.drop_column('lock_wrong')
