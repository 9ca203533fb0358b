"""Know why an application stands again that was cancelled or declined by mistake."""

import sqlalchemy as sa
from alembic import op

revision = '0060'
down_revision = '0056'
branch_labels = None
depends_on = None

REASONS = [
    'received', 'first_come', 'no_legal_seat', 'drawn', 'not_drawn', 'list_closed', 'reserve_released', 'seat_freed',
    'accepted', 'declined', 'offer_expired', 'cancelled_by_applicant', 'cancelled_by_staff', 'cancelled_as_duplicate',
    'placed_by_hand', 'refused_by_hand', 'substitute', 'walk_in', 'draw_voided', 'swapped', 'settled',
]
REASON = 'ck_application_state_reason'


def upgrade() -> None:
    _know([*REASONS, 'restored'])


def downgrade() -> None:
    op.execute("UPDATE application SET reason = 'received' WHERE reason = 'restored'")
    _know(REASONS)


def _know(reasons: list[str]) -> None:
    with op.batch_alter_table('application') as application:
        application.drop_constraint(op.f(REASON), type_='check')
    with op.batch_alter_table('application') as application:
        application.create_check_constraint(op.f(REASON), sa.column('reason').in_(reasons))
