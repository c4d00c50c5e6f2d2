"""The structure: what an import brings."""

import sqlalchemy as sa

from .base import flag, metadata, own_id, ref, time, version, words

place = sa.Table(
    "place",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("level", sa.Text, nullable=False),  # district street community estate building unit grid village …
    words("name", null=False),
    words("name_en"),
    sa.Column("number", sa.Text),  # what people call it in an address: "3" of 3栋, "2" of 2单元
    ref("parent_id", "place", null=True, index=True),
    ref("grid_id", "place", null=True, index=True),  # the grid that covers a building
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    words("hotline"),
    time("retired_at"),
    version(),
)

kind = sa.Table(
    "kind",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("name", null=False),
    words("name_en", null=False),
    sa.Column("emoji", sa.Text),
    sa.Column("limits", sa.JSON, nullable=False),
    flag("is_confidential"),
    flag("needs_proof"),  # one photo before 办好了
    flag("needs_place"),
    sa.Column("flow", sa.Text, nullable=False, default="report", server_default="report"),  # report, booking
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

routing_rule = sa.Table(
    "routing_rule",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("kinds", sa.JSON),  # list of kind codes, null = every kind
    ref("place_id", "place", null=True),
    sa.Column("is_danger", sa.Boolean(create_constraint=False)),
    sa.Column("chain", sa.Text, nullable=False),  # "grid_worker > building_head+unit_head > duty_secretary"
    time("retired_at"),
    version(),
)

calendar_day = sa.Table(
    "calendar_day",
    metadata,
    own_id(),  # the date as yyyymmdd
    flag("is_working"),
    words("note"),
    version(),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("next", sa.BigInteger, nullable=False),
)
