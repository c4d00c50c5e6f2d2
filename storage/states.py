"""Groups of ticket states as conditions in SQL: literals in one fixed order, as the partial indexes name them.

A parameter would not find a partial index, and SQLite finds it only by the very same words.
"""

from collections.abc import Collection

import sqlalchemy as sa

from .rules.lifecycle import OPEN, State

UNOWNED = frozenset({State.NEW, State.OFFERED})  # an offer outlives the end of the chain
IN_HAND = OPEN - UNOWNED - {State.DONE}
UNDONE = OPEN - {State.DONE}


def any_of(column: sa.ColumnElement[str], states: Collection[State]) -> sa.ColumnElement[bool]:
    """Whether a column is one of these states."""
    return column.in_([sa.literal_column(f"'{state}'") for state in sorted(states)])
