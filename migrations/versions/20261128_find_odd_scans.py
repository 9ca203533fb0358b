"""Find by index scans that may ask for a look, what is about another scan, merged people, and pairs that wait."""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0060'
branch_labels = None
depends_on = None

ODD = "(flagged OR why IN ('unknown', 'other_event') OR scanned_at > received_at)"
ABOUT = 'about_id IS NOT NULL'
MERGED = 'merged_into_id IS NOT NULL'


def upgrade() -> None:
    op.create_index(
        'ix_scan_odd', 'scan', ['event_id'], sqlite_where=sa.text(ODD), postgresql_where=sa.text(ODD)
    )
    op.drop_index('ix_scan_about_id', table_name='scan')
    op.create_index(
        'ix_scan_about_id',
        'scan',
        ['about_id', 'event_id', 'cursor'],
        sqlite_where=sa.text(ABOUT),
        postgresql_where=sa.text(ABOUT),
    )
    op.drop_index('ix_person_merged_into_id', table_name='person')
    op.create_index(
        'ix_person_merged_into_id',
        'person',
        ['merged_into_id'],
        sqlite_where=sa.text(MERGED),
        postgresql_where=sa.text(MERGED),
    )
    op.create_index('ix_person_candidate_state', 'person_candidate', ['state', 'created_at'])


def downgrade() -> None:
    op.drop_index('ix_person_candidate_state', table_name='person_candidate')
    op.drop_index('ix_person_merged_into_id', table_name='person')
    op.create_index('ix_person_merged_into_id', 'person', ['merged_into_id'])
    op.drop_index('ix_scan_about_id', table_name='scan')
    op.create_index('ix_scan_about_id', 'scan', ['about_id'])
    op.drop_index('ix_scan_odd', table_name='scan')
