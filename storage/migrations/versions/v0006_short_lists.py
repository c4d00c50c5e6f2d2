"""Short lists of tickets, each with an index of its own: what is asked often stays as fast however many are over."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LISTS = {
    "in_hand": "state IN ('accepted', 'controlled', 'on_site', 'waiting')",
    "not_taken": "state IN ('new', 'offered')",
    "late": "overdue_at IS NOT NULL AND state IN ('accepted', 'controlled', 'new', 'offered', 'on_site', 'waiting')",
    "low": "state = 'closed' AND stars <= 2 AND rung_back_at IS NULL",
    "disputed": "state IN ('new', 'offered') AND (disputes >= 2 OR objected_at IS NOT NULL)",
}
_OPEN = "state IN ('accepted', 'controlled', 'done', 'new', 'offered', 'on_site', 'waiting')"


def upgrade() -> None:
    """Bring the tables to this version."""
    _index("open", ["place_id", "created_at"], _OPEN)
    for name, where in _LISTS.items():
        of = ["assignee_id"] if name == "in_hand" else []
        _index(name, [*of, sa.text("is_danger DESC"), "resolution_due_at", "id"], where)
    is_open = sa.text("state = 'open'")
    columns = ["person_id", "due_at"]
    op.create_index("ix_offer_open", "offer", columns, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_offer_person_id", "offer", ["person_id"])
    op.drop_index("ix_offer_person_id_state", "offer")
    op.drop_index("ix_ticket_state_place_id", "ticket")
    op.drop_index("ix_ticket_assignee_id_state", "ticket")


def _index(name: str, columns: Sequence[str | sa.TextClause], where: str) -> None:
    condition = sa.text(where)
    op.create_index(f"ix_ticket_{name}", "ticket", columns, sqlite_where=condition, postgresql_where=condition)
