"""Count by mailbox the mails that guests have caused."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('message') as message:
        message.add_column(sa.Column('mailbox', sa.String(length=254), nullable=False, server_default=''))
    # What guests caused before is taken for theirs as it is written, which is near enough for the pages that ask.
    op.execute("UPDATE message SET mailbox = lower(to_address) WHERE purpose LIKE 'registration_%'")
    with op.batch_alter_table('message') as message:
        message.alter_column('mailbox', existing_type=sa.String(length=254), existing_nullable=False, server_default=None)
        message.create_index(op.f('ix_message_mailbox_created_at'), ['mailbox', 'created_at'])


def downgrade() -> None:
    with op.batch_alter_table('message') as message:
        message.drop_index(op.f('ix_message_mailbox_created_at'))
        message.drop_column('mailbox')
