"""Store licence numbers without 第 and 号 around them, as they are compared since."""

from alembic import op

revision = '0064'
down_revision = '0029'
branch_labels = None
depends_on = None

BARE = "replace(replace(licence_number, '第', ''), '号', '')"


def upgrade() -> None:
    for table in ('person', 'application'):
        op.execute(f"UPDATE {table} SET licence_number = {BARE} WHERE licence_number LIKE '第%号'")


def downgrade() -> None:
    """Nothing was lost: a number means the same without the words around it."""
