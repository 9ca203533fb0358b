"""Know which staff want a mail in the morning about what waits for a hand."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('staff') as staff:
        staff.add_column(sa.Column('morning_mail', sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table('staff') as staff:
        staff.alter_column('morning_mail', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('staff') as staff:
        staff.drop_column('morning_mail')
