"""Know that staff have said of a mail that it is not sent."""

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0052'
branch_labels = None
depends_on = None

STATES = ['queued', 'sending', 'sent', 'failed']
REASON = 'ck_message_failed_has_reason'
STATE = 'ck_message_message_state'


def upgrade() -> None:
    _know([*STATES, 'left'], "state NOT IN ('failed', 'left') OR failure IS NOT NULL")


def downgrade() -> None:
    op.execute("UPDATE message SET state = 'failed' WHERE state = 'left'")
    _know(STATES, "state <> 'failed' OR failure IS NOT NULL")


def _know(states: list[str], reason: str) -> None:
    with op.batch_alter_table('message') as message:
        message.drop_constraint(op.f(STATE), type_='check')
        message.drop_constraint(op.f(REASON), type_='check')
    with op.batch_alter_table('message') as message:
        message.create_check_constraint(op.f(STATE), sa.column('state').in_(states))
        message.create_check_constraint(op.f(REASON), reason)
