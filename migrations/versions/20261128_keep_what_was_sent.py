"""Keep digests of what an application's form said when it was sent, so that the same form sent again can be told from another."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('application') as application:
        application.add_column(sa.Column('sent_edition', sa.String(length=400), nullable=False, server_default=''))
    with op.batch_alter_table('application') as application:
        application.alter_column(
            'sent_edition', existing_type=sa.String(length=400), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    with op.batch_alter_table('application') as application:
        application.drop_column('sent_edition')
