"""Take a second application of one person as a possible duplicate, and note when the first one was told of it."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

STATES = [
    'applied', 'confirmed', 'waiting', 'not_selected', 'offered', 'declined', 'expired', 'substituted', 'cancelled',
]
REASONS = [
    'received', 'first_come', 'no_legal_seat', 'drawn', 'not_drawn', 'list_closed', 'reserve_released', 'seat_freed',
    'accepted', 'declined', 'offer_expired', 'cancelled_by_applicant', 'cancelled_by_staff', 'cancelled_as_duplicate',
    'placed_by_hand', 'refused_by_hand', 'substitute', 'walk_in', 'draw_voided', 'swapped',
]
STATE, REASON = 'ck_application_application_state', 'ck_application_state_reason'


def upgrade() -> None:
    _know([*STATES, 'duplicate'], [*REASONS, 'settled'])
    with op.batch_alter_table('application') as application:
        application.add_column(sa.Column('known_told_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('application') as application:
        application.drop_column('known_told_at')
    op.execute("UPDATE application SET state = 'cancelled', reason = 'cancelled_as_duplicate' WHERE state = 'duplicate'")
    op.execute("UPDATE application SET reason = 'received' WHERE reason = 'settled'")
    _know(STATES, REASONS)


def _know(states: list[str], reasons: list[str]) -> None:
    with op.batch_alter_table('application') as application:
        application.drop_constraint(op.f(STATE), type_='check')
        application.drop_constraint(op.f(REASON), type_='check')
    with op.batch_alter_table('application') as application:
        application.create_check_constraint(op.f(STATE), sa.column('state').in_(states))
        application.create_check_constraint(op.f(REASON), sa.column('reason').in_(reasons))
