"""Know a reason more: two of one office swapped their seats after a draw."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

REASONS = [
    'received', 'first_come', 'no_legal_seat', 'drawn', 'not_drawn', 'list_closed', 'reserve_released', 'seat_freed',
    'accepted', 'declined', 'offer_expired', 'cancelled_by_applicant', 'cancelled_by_staff', 'cancelled_as_duplicate',
    'placed_by_hand', 'refused_by_hand', 'substitute', 'walk_in', 'draw_voided',
]
SWAPPED = 'swapped'
REASON = 'ck_application_state_reason'
WORDS = 'ck_application_by_hand_has_reason'


def upgrade() -> None:
    _know([*REASONS, SWAPPED], "'placed_by_hand', 'refused_by_hand', 'swapped'")


def downgrade() -> None:
    # What it says without that reason: staff gave the seat, and the other one was not drawn.
    application = sa.table('application', sa.column('reason', sa.String()), sa.column('state', sa.String()))
    swapped = application.c.reason == SWAPPED
    op.execute(application.update().where(swapped, application.c.state == 'confirmed').values(reason='placed_by_hand'))
    op.execute(application.update().where(swapped).values(reason='not_drawn'))
    _know(REASONS, "'placed_by_hand', 'refused_by_hand'")


def _know(reasons: list[str], by_hand: str) -> None:
    with op.batch_alter_table('application') as application:
        application.drop_constraint(op.f(REASON), type_='check')
        application.drop_constraint(op.f(WORDS), type_='check')
    with op.batch_alter_table('application') as application:
        application.create_check_constraint(op.f(REASON), sa.column('reason').in_(reasons))
        application.create_check_constraint(
            op.f(WORDS), sa.text(f"decision_reason <> '' OR reason NOT IN ({by_hand})")
        )
