"""What can be booked, who carries it out and when, and what hangs on a matter that was booked."""

import sqlalchemy as sa

from .base import flag, metadata, own_id, ref, time, version, words

# --- the catalogue: what an import brings --------------------------------------------------------------------

category = sa.Table(
    "category",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    words("name", null=False),
    words("name_en", null=False),
    sa.Column("emoji", sa.Text),
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

provider = sa.Table(
    "provider",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),  # agent, provider, hall, room
    words("name", null=False),
    words("name_en"),
    ref("person_id", "person", null=True, index=True),  # the agent, or who acts for the provider in chat
    ref("place_id", "place", null=True),  # whom it serves: this place and what is in it; null = everybody
    sa.Column("seats", sa.Integer, nullable=False, default=1, server_default="1"),  # how many at one time
    sa.Column("skills", sa.JSON),  # codes of services and categories an agent knows; null = all
    words("phone"),
    words("address"),
    words("address_en"),
    time("retired_at"),
    version(),
)

opening = sa.Table(
    "opening",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    ref("provider_id", "provider", index=True),
    sa.Column("days", sa.Text, nullable=False),  # storage.rules.days
    sa.Column("begins", sa.Text),  # "08:30"; null with is_shut = the whole day
    sa.Column("ends", sa.Text),
    flag("is_shut"),  # an exception: shut on these days, or between these times
    time("retired_at"),
    version(),
)

service = sa.Table(
    "service",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    ref("category_id", "category", index=True),
    sa.Column("kind", sa.Text, nullable=False),  # the kind of its matters: limits, confidentiality
    words("name", null=False),
    words("name_en", null=False),
    words("aliases"),  # everyday words, separated by blanks
    words("who"),  # who may ask, told in words
    words("who_en"),
    words("papers"),  # one a line
    words("papers_en"),
    words("question"),  # what is asked besides: which book? which dishes?
    words("question_en"),
    sa.Column("fee", sa.Text, nullable=False),  # free, low, stated
    words("fee_words"),
    words("fee_words_en"),
    sa.Column("ways", sa.JSON, nullable=False),  # at_home, phone, appointment, walk_in; none = only told where
    sa.Column("minutes", sa.Integer, nullable=False, default=30, server_default="30"),
    sa.Column("buffer_minutes", sa.Integer, nullable=False, default=0, server_default="0"),  # before and after
    sa.Column("capacity", sa.Integer),  # seats of one slot; null = as many as its provider has
    sa.Column("lead_hours", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("cancel_hours", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("days_ahead", sa.Integer, nullable=False, default=30, server_default="30"),
    sa.Column("providers", sa.JSON),  # their codes; null = the agents
    flag("needs_approval"),  # by staff, within the kind's answer limit
    flag("needs_presence"),  # 必须本人到场
    flag("needs_code"),  # the resident reads a code to who arrives
    flag("is_confidential"),
    flag("is_official"),  # goes through the stages: taken, handed in, decided, delivered
    flag("is_off"),  # not to be had for now: nobody finds it, nobody books it
    words("phone"),
    words("address"),
    words("address_en"),
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

dish = sa.Table(
    "dish",
    metadata,
    own_id(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    ref("provider_id", "provider", index=True),
    sa.Column("days", sa.Text, nullable=False),  # storage.rules.days
    words("name", null=False),
    words("name_en"),
    words("price"),
    sa.Column("position", sa.Integer, nullable=False),
    time("retired_at"),
    version(),
)

support = sa.Table(
    "support",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),
    sa.Column("reason", sa.Text, nullable=False),  # disabled, unable, low_income: shown to nobody but who registers
    ref("registered_by", "person", null=True),
    time("registered_at", null=False),
    time("ended_at"),
    version(),
    sa.Index(
        "uq_support_held",
        "person_id",
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    ),
)

# --- what is booked ------------------------------------------------------------------------------------------

booking = sa.Table(
    "booking",
    metadata,
    sa.Column("id", sa.BigInteger, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    ref("service_id", "service"),
    sa.Column("way", sa.Text, nullable=False),
    ref("provider_id", "provider", null=True),
    time("starts_at"),
    time("ends_at"),
    sa.Column("seat", sa.Integer),
    sa.Column("series_id", sa.BigInteger),  # the first of bookings that recur
    sa.Column("nth", sa.Integer),
    words("note"),  # the answer to the service's question
    sa.Column("queue_day", sa.Integer),  # walk-ins: the local date as yyyymmdd
    sa.Column("queue_number", sa.Integer),
    time("called_at"),  # their number was called
    flag("is_full_service"),  # 全程代办
    sa.Column("stage", sa.Text),  # taken, handed_in, decided, delivered
    time("stage_at"),
    time("fetch_at"),
    sa.Column("result", sa.Text),  # handed_in, to_fetch, refused, done
    sa.Column("code", sa.Text),
    time("owner_comes_at"),  # when the resident said 我会来
    time("agent_comes_at"),
    sa.Column("missed_by", sa.Text),  # resident, agent
    time("missed_at"),
    time("rung_at"),  # an elder who did not open was reached, or somebody went to look
    time("told_at"),  # a number that is next but three was told so
    sa.Column("code_tries", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("moves", sa.Integer, nullable=False, default=0, server_default="0"),
    time("created_at", null=False),
    version(),
    sa.Index("ix_booking_provider_id_starts_at", "provider_id", "starts_at"),
    sa.Index("ix_booking_service_id_starts_at", "service_id", "starts_at"),
    sa.Index(
        "ix_booking_series_id",
        "series_id",
        sqlite_where=sa.text("series_id IS NOT NULL"),
        postgresql_where=sa.text("series_id IS NOT NULL"),
    ),
    sa.UniqueConstraint("provider_id", "queue_day", "queue_number"),
)

hold = sa.Table(
    "hold",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),
    ref("service_id", "service"),
    ref("provider_id", "provider"),
    sa.Column("seat", sa.Integer, nullable=False),
    time("starts_at", null=False),
    time("ends_at", null=False),
    time("until", null=False),
    flag("is_offer"),  # kept for somebody on the waiting list, not while they confirm
    sa.Column("moves_id", sa.BigInteger),  # the booking that is to be moved there: what it owns itself is not held
    version(),
)

booking_cell = sa.Table(
    "booking_cell",
    metadata,
    sa.Column("provider_id", sa.BigInteger, sa.ForeignKey("provider.id"), primary_key=True, autoincrement=False),
    sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("cell", sa.Integer, primary_key=True, autoincrement=False),  # quarters of an hour since 1970
    sa.Column("holder_id", sa.BigInteger, nullable=False, index=True),  # a booking or a hold
)

waiting = sa.Table(
    "waiting",
    metadata,
    own_id(),
    ref("person_id", "person", index=True),  # who asked
    ref("owner_id", "person", index=True),  # for whom
    ref("service_id", "service"),
    ref("place_id", "place", null=True),
    sa.Column("way", sa.Text, nullable=False),
    time("from_at", null=False),  # between which times a freed slot is wanted
    time("until_at", null=False),
    sa.Column("draft", sa.JSON, nullable=False),  # what is booked when it comes
    sa.Column("state", sa.Text, nullable=False),  # waiting, offered, taken, expired, left
    sa.Column("hold_id", sa.BigInteger),
    time("offered_at"),
    time("offered_until"),
    time("created_at", null=False),
    version(),
    sa.Index(
        "ix_waiting_open",
        "service_id",
        "created_at",
        sqlite_where=sa.text("state IN ('offered', 'waiting')"),
        postgresql_where=sa.text("state IN ('offered', 'waiting')"),
    ),
)

paper = sa.Table(
    "paper",
    metadata,
    own_id(),
    ref("ticket_id", "ticket", index=True),
    sa.Column("kind", sa.Text, nullable=False),  # mandate 委托书, taken and returned 交接单
    words("items"),  # the originals, one a line
    ref("made_by", "person"),
    time("made_at", null=False),
    ref("confirmed_by", "person", null=True),
    time("confirmed_at"),
    time("refused_at"),
    version(),
)
