"""What each column of each table may say about somebody, and how a deletion reaches each table: data, in one place.

Deletion, anonymising and the tests read it from here: a column that is classified as identity or words is emptied
wherever its row stays. A test fails for a column that is not listed, so that what is built later has to say what it
keeps of people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Sort(StrEnum):
    """What a column may say."""

    TECHNICAL = "technical"  # states, times, versions, counts: alone it tells of nobody
    PUBLIC = "public"  # the structure, and what the office writes for everybody
    PERSON = "person"  # points to a person's row, and to nobody once that row is anonymous
    PLACE = "place"  # where; kept at the level of a building
    IDENTITY = "identity"  # who it is, where they live, how they are reached
    WORDS = "words"  # what somebody said, in words, data or a file


class Reach(StrEnum):
    """What a person's deletion does to a table."""

    NOTHING = "nothing"  # there is nothing of anybody in it
    POINTS = "points"  # it only points to people: the pointer stays, the person behind it becomes anonymous
    EMPTIED = "emptied"  # rows that name the person in `by` stay, with identity and words emptied
    DELETED = "deleted"  # rows that name the person in `by` are deleted
    WITH_MATTER = "with_matter"  # emptied or deleted together with the matters of the person
    SEARCHED = "searched"  # every row is looked at, because anybody's may speak of the person


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the sort of each column, and what deletion does."""

    columns: Mapping[str, Sort]
    reach: Reach
    by: tuple[str, ...] = ()

    def of(self, *sorts: Sort) -> frozenset[str]:
        """The columns of some sorts."""
        return frozenset(name for name, sort in self.columns.items() if sort in sorts)


def _table(
    reach: Reach,
    *,
    technical: str = "",
    public: str = "",
    person: str = "",
    place: str = "",
    identity: str = "",
    words: str = "",
    by: str = "",
) -> Table:
    sorted_in = {
        Sort.TECHNICAL: technical,
        Sort.PUBLIC: public,
        Sort.PERSON: person,
        Sort.PLACE: place,
        Sort.IDENTITY: identity,
        Sort.WORDS: words,
    }
    columns = {name: sort for sort, names in sorted_in.items() for name in names.split()}
    return Table(MappingProxyType(columns), reach, tuple(by.split()))


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "place": _table(
            Reach.NOTHING,
            technical="id parent_id grid_id retired_at version",
            public="code level name name_en number latitude longitude hotline",
        ),
        "kind": _table(
            Reach.NOTHING,
            technical="id is_confidential needs_proof needs_place flow position retired_at version",
            public="code name name_en emoji limits",
        ),
        "routing_rule": _table(
            Reach.NOTHING,
            technical="id position is_danger retired_at version",
            public="code kinds place_id chain",
        ),
        "calendar_day": _table(Reach.NOTHING, technical="id is_working version", public="note"),
        "category": _table(Reach.NOTHING, technical="id position retired_at version", public="code name name_en emoji"),
        "provider": _table(
            Reach.POINTS,
            technical="id kind seats retired_at version",
            public="code name name_en place_id skills phone address address_en",
            person="person_id",
        ),
        "opening": _table(
            Reach.NOTHING, technical="id provider_id is_shut retired_at version", public="code days begins ends"
        ),
        "service": _table(
            Reach.NOTHING,
            technical="id category_id kind fee ways minutes buffer_minutes capacity lead_hours cancel_hours days_ahead"
            " needs_approval needs_presence needs_code is_confidential is_official is_off position retired_at version",
            public="code name name_en aliases who who_en papers papers_en question question_en fee_words fee_words_en"
            " providers phone address address_en",
        ),
        "dish": _table(
            Reach.NOTHING,
            technical="id provider_id position retired_at version",
            public="code days name name_en price",
        ),
        "support": _table(
            Reach.DELETED,
            technical="id registered_at ended_at version",
            person="person_id registered_by",
            words="reason",
            by="person_id",
        ),
        "booking": _table(
            Reach.WITH_MATTER,
            technical="id service_id way provider_id starts_at ends_at seat series_id nth queue_day queue_number"
            " called_at is_full_service stage stage_at fetch_at result owner_comes_at agent_comes_at missed_by"
            " missed_at rung_at told_at code_tries moves created_at version",
            words="note code",
        ),
        "hold": _table(
            Reach.DELETED,
            technical="id service_id provider_id seat starts_at ends_at until is_offer moves_id version",
            person="person_id",
            by="person_id",
        ),
        "booking_cell": _table(Reach.NOTHING, technical="provider_id seat cell holder_id"),
        "waiting": _table(
            Reach.DELETED,
            technical="id service_id way from_at until_at state hold_id offered_at offered_until created_at version",
            person="person_id owner_id",
            place="place_id",
            words="draft",
            by="person_id owner_id",
        ),
        "paper": _table(
            Reach.WITH_MATTER,
            technical="id ticket_id kind made_at confirmed_at refused_at version",
            person="made_by confirmed_by",
            words="items",
        ),
        "duty_rule": _table(
            Reach.NOTHING,
            technical="id role place_id turn days begins ends from_day until_day retired_at version",
            public="code people",
        ),
        "shift_change": _table(
            Reach.EMPTIED,
            technical="id rule_id day back_rule_id back_day state asked_at answered_at version",
            person="holder_id taker_id asked_by objected_by",
            words="reason",
            by="holder_id taker_id",
        ),
        "absence": _table(
            Reach.DELETED,
            technical="id begins_at ends_at created_at ended_at version",
            person="person_id told_by",
            words="reason",
            by="person_id",
        ),
        "errand": _table(
            Reach.NOTHING,
            technical="id minutes helpers is_trusted needs_sign_in position retired_at version",
            public="code name name_en emoji aliases skills",
        ),
        "skill": _table(Reach.NOTHING, technical="id months position retired_at version", public="code name name_en"),
        "organisation": _table(
            Reach.POINTS,
            technical="id retired_at version",
            public="code name name_en place_id",
            person="contact_id",
        ),
        "post": _table(
            Reach.NOTHING,
            technical="id seats months position retired_at version",
            public="code category category_en name name_en place_id",
        ),
        "helper": _table(
            Reach.DELETED,
            technical="id organisation_id asks_organisation_id verified_at suspended_at registered_at left_at version",
            person="person_id verified_by suspended_by",
            place="places",
            identity="photo",
            words="times never shown about suspended_why",
            by="person_id",
        ),
        "helper_skill": _table(
            Reach.DELETED,
            technical="id skill fee declared_at verified_at expires_at ended_at version",
            person="person_id verified_by",
            by="person_id",
        ),
        "team": _table(
            Reach.POINTS, technical="id created_at retired_at version", public="name place_id", person="leader_id"
        ),
        "team_member": _table(
            Reach.DELETED, technical="id team_id joined_at left_at version", person="person_id", by="person_id"
        ),
        "post_holding": _table(
            Reach.POINTS, technical="id post_id seat from_at until_at ended_at version", person="person_id"
        ),
        "help_order": _table(
            Reach.WITH_MATTER,
            technical="id errand_id organisation_id taken_by_id starts_at ends_at minutes helpers wanted skills"
            " is_vulnerable needs_sign_in shows_phone verified_at verify_due_at wave wave_at created_at version",
            person="verified_by",
            words="code_word",
        ),
        "claim": _table(
            Reach.POINTS,
            technical="id ticket_id seat state organisation_id shows_phone claimed_at ended_at is_late signed_in_at"
            " signed_how minutes version",
            person="person_id",
        ),
        "concern": _table(
            Reach.WITH_MATTER,
            technical="id ticket_id created_at handled_at version",
            person="by_id about_id handled_by",
            words="words",
        ),
        "point_rule": _table(
            Reach.NOTHING,
            technical="id who per points daily_limit months position retired_at version",
            public="code name name_en errands",
        ),
        "account": _table(Reach.POINTS, technical="id kind balance ranking version", person="person_id"),
        "transfer": _table(
            Reach.POINTS,
            technical="id reason rule ticket_id reverses_id unique_key unspent taken owed expires_at told_at at"
            " version",
            person="person_id",
        ),
        "posting": _table(Reach.NOTHING, technical="id transfer_id account_id amount"),
        "reward": _table(
            Reach.NOTHING,
            technical="id price stock position retired_at version",
            public="code name name_en emoji",
        ),
        "redemption": _table(
            Reach.EMPTIED,
            technical="id reward_id transfer_id state created_at until_at told_at ended_at version",
            person="person_id handed_by",
            words="code",
            by="person_id",
        ),
        "group_chat": _table(
            Reach.POINTS,
            technical="id chat_id place_id purpose is_forum language bound_at topics_refused_at left_at version",
            person="bound_by",
        ),
        "group_topic": _table(Reach.NOTHING, technical="id group_id place_id thread_id version"),
        "group_card": _table(
            Reach.NOTHING, technical="id ticket_id group_id message_id reply_to thread_id sent_at version"
        ),
        "setting": _table(Reach.NOTHING, technical="name value"),
        "counter": _table(Reach.NOTHING, technical="name next"),
        "lease": _table(Reach.NOTHING, technical="id name owner until version"),
        "replica": _table(Reach.NOTHING, technical="id seen_at"),
        "person": _table(
            Reach.EMPTIED,
            technical="id language has_chosen_language on_duty unreachable_at activities_off_at last_assigned_at"
            " consented_at created_at retired_at erased_at version",
            person="merged_into_id",
            identity="code telegram_id name phone home_id room",
            by="id merged_into_id",
        ),
        "role_grant": _table(
            Reach.POINTS, technical="id role place_id granted_at revoked_at version", person="person_id granted_by"
        ),
        "family_link": _table(
            Reach.EMPTIED,
            technical="id asked_at consented_at ended_at version",
            person="person_id relative_id",
            words="relation",
            by="person_id relative_id",
        ),
        "invitation": _table(
            Reach.DELETED,
            technical="id code_hash role place_id created_at expires_at used_at version",
            person="for_person_id created_by used_by",
            by="for_person_id created_by used_by",
        ),
        "poster": _table(Reach.NOTHING, technical="id created_at withdrawn_at version", public="code place_id"),
        "ticket": _table(
            Reach.WITH_MATTER,
            technical="id number kind state intent is_danger is_confidential is_anonymous limits created_at offered_at"
            " response_due_at resolution_due_at booked_until accepted_at arrived_at controlled_at asked_at danger_at"
            " paused_seconds overdue_at done_at closed_at closed_how disputes stars rung_back_at objected_at limits_at"
            " merged_into_id tier anonymised_at version",
            person="owner_id filed_by_id assignee_id",
            place="place_id",
            identity="room caller_phone latitude longitude",
            words="spot words for_whom done_words rating_words same_key route",
        ),
        "offer": _table(
            Reach.WITH_MATTER,
            technical="id ticket_id tier offered_at due_at state reason version",
            person="person_id",
            words="words",
        ),
        "follower": _table(
            Reach.DELETED,
            technical="id ticket_id joined_at version",
            person="person_id",
            words="words",
            by="person_id",
        ),
        "history": _table(
            Reach.WITH_MATTER,
            technical="id ticket_id at event old_state new_state",
            person="actor_id",
            words="why",
        ),
        "attachment": _table(
            Reach.WITH_MATTER,
            technical="id ticket_id media purpose copy_state copy_attempts copy_due_at added_at version",
            person="added_by_id",
            words="file_id file_unique_id stored_as",
        ),
        "card": _table(
            Reach.WITH_MATTER,
            technical="id ticket_id message_id sent_at version",
            person="person_id",
            identity="chat_id",
        ),
        "notice": _table(
            Reach.POINTS,
            technical="id audience kind has_receipt is_urgent state due_at created_at spoke_at ended_at round listed_to"
            " is_listed message_id shown_at version",
            public="words photo place_id",
            person="author_id",
        ),
        "notice_recipient": _table(
            Reach.DELETED,
            technical="id notice_id state outbox_id sent_at read_at version",
            person="person_id",
            by="person_id",
        ),
        "inbox": _table(
            Reach.SEARCHED,
            technical="id shard received_at state attempts begun error done_at version",
            identity="lane",
            words="payload",
        ),
        "conversation": _table(Reach.SEARCHED, technical="flow step updated_at version", identity="id", words="draft"),
        "outbox": _table(
            Reach.SEARCHED,
            technical="id priority due_at created_at ticket_id method message state attempts unique_key"
            " telegram_message_id error sent_at version",
            person="person_id",
            identity="chat_id",
            words="params",
        ),
        "reminder": _table(
            Reach.SEARCHED,
            technical="id kind occurrence due_at state fired_at version",
            identity="subject",
            words="params",
        ),
        "audit": _table(Reach.SEARCHED, technical="id at what", identity="telegram_id", words="data"),
    }
)

KEPT_REASONS = frozenset({"kind", "stars", "step", "reason", "rule", "tier", "due_at"})
"""What the history may still say of the why of an event in a matter that was anonymised; never words, never people."""

BUILDING = "building"
"""The level at which the place of an anonymised matter is kept, for statistics; what is larger stays as it is."""
