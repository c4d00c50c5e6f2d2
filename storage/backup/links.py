"""Foreign keys on PostgreSQL while tables are filled: left out before, put back after, which checks every row.

Rows of a table may point at later ones (a place at its grid), and one look at the end is much cheaper than one a row.
SQLite needs nothing of this: there a connection may simply leave the links unchecked.
"""

import sqlalchemy as sa
from sqlalchemy.schema import AddConstraint, DropConstraint

from storage.migrate import tables_at


def leave_out(connection: sa.Connection, revision: str) -> None:
    """Drop the foreign keys that are there."""
    for table in tables_at(revision):
        for link in table.foreign_key_constraints:
            if link.name in _present(connection, table.name):
                connection.execute(DropConstraint(link))


def put_back(connection: sa.Connection, revision: str) -> None:
    """Add those that are not there; the database raises IntegrityError for a row that points nowhere."""
    for table in tables_at(revision):
        present = _present(connection, table.name)
        for link in table.foreign_key_constraints:
            if link.name not in present:
                connection.execute(AddConstraint(link))


def _present(connection: sa.Connection, table: str) -> set[str | None]:
    return {link["name"] for link in sa.inspect(connection).get_foreign_keys(table)}
