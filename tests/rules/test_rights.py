"""Rights: every role, relation and action, inside and outside the scope, confidential or not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from storage.rules.lifecycle import State, events_from
from storage.rules.place_rights import DutyAction, may_at, roles_for
from storage.rules.rights import Action, Actor, Grant, Role, TicketFacts, actions, may

HERE, GRID, COMMUNITY, ELSEWHERE = 11, 12, 13, 99
ROSA, VERA, WEI, LAO_LI, FANG, OTTO, ADA = 1, 2, 3, 4, 5, 6, 7
DAUGHTER, JOINED, NEXT_DOOR = 20, 21, 22

TICKET = TicketFacts(
    id=1,
    kind="environment",
    state=State.ACCEPTED,
    owner_id=ROSA,
    filed_by_id=LAO_LI,
    assignee_id=WEI,
    offered_to=frozenset({WEI, FANG}),
    follower_ids=frozenset({JOINED}),
    relative_ids=frozenset({DAUGHTER}),
    scope=frozenset({HERE, GRID, COMMUNITY}),
    is_confidential=False,
    is_danger=False,
    is_anonymous=False,
    neighbour_ids=frozenset({NEXT_DOOR}),
)
DISPUTE = replace(TICKET, kind="dispute", is_confidential=True)
CARE = replace(TICKET, kind="care", is_confidential=True)
SECRET = replace(TICKET, is_confidential=True)

# What each role may do with somebody else's ticket of its scope, beside joining it. Written by hand.
BY_ROLE = {
    "unit_head": "see",
    "building_head": "see",
    "grid_worker": "see",
    "estate_branch": "see",
    "administrator": "see",
    "duty_secretary": "see see_person triage ring_back",
    "community_secretary": "see see_person triage ring_back",
}
PRIVATE = {"duty_secretary", "community_secretary", "administrator"}
OF_KIND = {"dispute": {"mediator"}, "care": {"grid_worker", "proxy_agent"}}

# What each relation may do, role or not.
BY_RELATION = {
    ROSA: "see see_person confirm rate withdraw object add_words",
    LAO_LI: "see see_person confirm rate withdraw object add_words follow",
    DAUGHTER: "see see_person confirm rate withdraw object add_words follow",
    WEI: "see see_person accept decline hand_over ask progress finish follow",
    FANG: "see accept decline follow",
    JOINED: "see add_words",
    NEXT_DOOR: "follow",
    OTTO: "",
}


def expected_by_role(role: Role, ticket: TicketFacts) -> set[str]:
    if ticket.is_confidential and role.value not in PRIVATE | OF_KIND.get(ticket.kind, set()):
        return set()
    seen = {"see"} if role.value in OF_KIND.get(ticket.kind, set()) else set()
    return set(BY_ROLE.get(role.value, "").split()) | seen | {"follow"}


@pytest.mark.parametrize("ticket", [TICKET, SECRET, DISPUTE, CARE], ids=["open", "secret", "dispute", "care"])
@pytest.mark.parametrize("place", [HERE, GRID, COMMUNITY])
@pytest.mark.parametrize("role", Role)
def test_it_gives_a_role_what_it_needs_within_its_scope(role: Role, place: int, ticket: TicketFacts) -> None:
    stranger = Actor(OTTO, (Grant(role, place),))
    assert {action.value for action in Action if may(stranger, action, ticket)} == expected_by_role(role, ticket)


@pytest.mark.parametrize("ticket", [TICKET, SECRET, DISPUTE, CARE], ids=["open", "secret", "dispute", "care"])
@pytest.mark.parametrize("role", Role)
def test_it_gives_a_role_nothing_outside_its_scope(role: Role, ticket: TicketFacts) -> None:
    stranger = Actor(OTTO, (Grant(role, ELSEWHERE),))
    urgent = replace(ticket, is_danger=True, is_overdue=True)
    assert [action for action in Action if may(stranger, action, ticket)] == []
    assert [action for action in Action if may(stranger, action, urgent)] == []


def near(person_id: int) -> Actor:
    """Somebody with a working role at a place that does not cover the ticket, so that only the relation counts."""
    return Actor(person_id, (Grant(Role.GRID_WORKER, ELSEWHERE),))


@pytest.mark.parametrize("person_id", BY_RELATION)
@pytest.mark.parametrize("action", Action)
def test_it_gives_a_relation_what_it_needs(person_id: int, action: Action) -> None:
    expected = set(BY_RELATION[person_id].split())
    # Joining needs a role within the scope or living next door; none of the others has either here.
    expected -= {"follow"} if person_id != NEXT_DOOR else set()
    assert may(near(person_id), action, TICKET) is (action.value in expected)


@pytest.mark.parametrize("ticket", [SECRET, DISPUTE, CARE], ids=["secret", "dispute", "care"])
@pytest.mark.parametrize("person_id", [DAUGHTER, JOINED, NEXT_DOOR, OTTO])
def test_it_keeps_a_confidential_ticket_from_relatives_and_neighbours(person_id: int, ticket: TicketFacts) -> None:
    assert not any(may(near(person_id), action, ticket) for action in Action)


@pytest.mark.parametrize("person_id", [ROSA, LAO_LI, WEI, FANG])
def test_it_lets_those_concerned_handle_a_confidential_ticket(person_id: int) -> None:
    for action in Action:
        assert may(near(person_id), action, SECRET) is may(near(person_id), action, TICKET)


@pytest.mark.parametrize(("role", "is_named"), [(role, role.value in PRIVATE - {"administrator"}) for role in Role])
def test_it_names_an_anonymous_resident_to_the_secretaries_alone(role: Role, is_named: bool) -> None:
    anonymous = replace(TICKET, is_anonymous=True, is_danger=True)
    assert may(Actor(OTTO, (Grant(role, HERE),)), Action.SEE_PERSON, anonymous) is is_named


@pytest.mark.parametrize(("person_id", "is_named"), [(WEI, False), (FANG, False), (DAUGHTER, False), (ROSA, True)])
def test_it_hides_an_anonymous_resident_from_the_worker(person_id: int, is_named: bool) -> None:
    anonymous = replace(TICKET, is_anonymous=True, is_danger=True)
    assert may(near(person_id), Action.SEE_PERSON, anonymous) is is_named
    assert may(near(person_id), Action.SEE, anonymous)


def test_it_shows_the_person_before_acceptance_only_in_danger() -> None:
    assert not may(near(FANG), Action.SEE_PERSON, TICKET)
    assert may(near(FANG), Action.SEE_PERSON, replace(TICKET, is_danger=True))


@pytest.mark.parametrize("action", [Action.ARRIVE, Action.CONTROL])
def test_it_arrives_and_controls_only_in_danger(action: Action) -> None:
    assert not may(near(WEI), action, TICKET)
    assert may(near(WEI), action, replace(TICKET, is_danger=True))
    assert not may(near(FANG), action, replace(TICKET, is_danger=True))


BOOKED = replace(TICKET, kind="proxy", is_booking=True, has_slot=True)
NUMBER = replace(BOOKED, has_slot=False)  # a walk-in, or on the phone: there is no time to give back
UNAPPROVED = replace(
    BOOKED, kind="room", state=State.OFFERED, assignee_id=None, offered_to=frozenset({FANG}), is_unapproved=True
)
OF_BOOKINGS = {"accept", "decline", "withdraw", "arrive", "reschedule", "unbook", "come", "stage", "miss", "approve"}


@pytest.mark.parametrize(
    ("ticket", "person_id", "expected"),
    [
        (BOOKED, ROSA, "reschedule unbook come"),
        (BOOKED, LAO_LI, "reschedule unbook come"),
        (BOOKED, DAUGHTER, "reschedule unbook come"),
        (BOOKED, WEI, "accept decline arrive reschedule come stage miss"),
        (BOOKED, FANG, "accept decline"),
        (BOOKED, JOINED, ""),
        (BOOKED, OTTO, ""),
        (replace(BOOKED, is_confidential=True), DAUGHTER, ""),
        (NUMBER, ROSA, "withdraw"),
        (NUMBER, WEI, "accept decline arrive stage miss"),
        (UNAPPROVED, FANG, ""),  # who is asked whether it may be does not carry it out
        (UNAPPROVED, ROSA, "reschedule unbook come"),
        (TICKET, WEI, "accept decline"),
        (TICKET, ROSA, "withdraw"),
    ],
)
def test_it_knows_what_may_be_done_with_a_booking(ticket: TicketFacts, person_id: int, expected: str) -> None:
    found = {action.value for action in Action if may(near(person_id), action, ticket)}
    assert found & OF_BOOKINGS == set(expected.split())


@pytest.mark.parametrize("role", Role)
def test_it_lets_secretaries_alone_approve_move_and_give_back_for_others(role: Role) -> None:
    actor = Actor(OTTO, (Grant(role, COMMUNITY),))
    found = {action.value for action in Action if may(actor, action, UNAPPROVED)} & OF_BOOKINGS
    assert found == ({"approve", "reschedule", "unbook"} if "see_person" in BY_ROLE.get(role.value, "") else set())
    assert not may(actor, Action.APPROVE, BOOKED)


@pytest.mark.parametrize(
    ("person_id", "state", "buttons"),
    [
        (ROSA, State.ACCEPTED, "reschedule unbook come"),
        (ROSA, State.WAITING, "reschedule unbook"),
        (ROSA, State.ON_SITE, "unbook"),
        (ROSA, State.DONE, ""),
        (WEI, State.ACCEPTED, "arrive reschedule come stage miss"),
        (WEI, State.ON_SITE, "stage miss"),
        (WEI, State.WAITING, "arrive reschedule stage"),
        (WEI, State.DONE, ""),
    ],
)
def test_it_draws_the_buttons_of_a_booking(person_id: int, state: State, buttons: str) -> None:
    drawn = actions(near(person_id), replace(BOOKED, state=state))
    assert " ".join(one for one in drawn if one.value in OF_BOOKINGS) == buttons


def test_it_shows_the_street_what_is_overdue_and_not_confidential() -> None:
    street = Actor(FANG + 100, (Grant(Role.STREET_LIAISON, COMMUNITY),))
    late = replace(TICKET, is_overdue=True)
    assert not may(street, Action.SEE, TICKET)
    assert may(street, Action.SEE, late)
    assert not may(street, Action.SEE_PERSON, late)
    assert not may(street, Action.SEE, replace(late, is_confidential=True))


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.RATE])
def test_it_lets_nobody_judge_their_own_work(action: Action) -> None:
    filed_and_done = replace(TICKET, filed_by_id=WEI)
    assert not may(near(WEI), action, filed_and_done)
    assert may(near(ROSA), action, filed_and_done)
    own = replace(TICKET, assignee_id=ROSA)
    assert not [person for person in (ROSA, LAO_LI, DAUGHTER) if may(near(person), action, own)]
    assert not may(near(DAUGHTER), action, replace(TICKET, assignee_id=DAUGHTER))


@pytest.mark.parametrize("role", [None, Role.RESIDENT, Role.FAMILY])
@pytest.mark.parametrize("action", Action)
def test_it_refuses_a_worker_who_lost_every_working_role(action: Action, role: Role | None) -> None:
    grants = (Grant(role, ELSEWHERE),) if role else ()
    for person_id in (WEI, FANG):
        assert not may(Actor(person_id, grants), action, replace(TICKET, is_danger=True))


def test_it_lets_a_worker_be_a_resident_elsewhere() -> None:
    wei = Actor(WEI, (Grant(Role.RESIDENT, HERE), Grant(Role.GRID_WORKER, GRID)))
    assert may(wei, Action.FINISH, TICKET)
    assert not may(wei, Action.WITHDRAW, TICKET)


def test_it_joins_once_and_never_ones_own() -> None:
    def resident(person_id: int) -> Actor:
        return Actor(person_id, (Grant(Role.RESIDENT, HERE),))

    assert may(resident(VERA), Action.FOLLOW, TICKET)
    assert not may(resident(JOINED), Action.FOLLOW, TICKET)
    assert not may(resident(ROSA), Action.FOLLOW, TICKET)


@pytest.mark.parametrize(
    ("person_id", "state", "buttons"),
    [
        (FANG, State.OFFERED, "accept decline"),
        (FANG, State.NEW, "accept decline"),  # an earlier offer stays valid
        (FANG, State.ACCEPTED, ""),
        (WEI, State.ACCEPTED, "hand_over ask progress finish"),
        (WEI, State.WAITING, "progress finish"),
        (WEI, State.DONE, ""),
        (ROSA, State.NEW, "withdraw add_words"),
        (ROSA, State.WAITING, "withdraw add_words"),
        (ROSA, State.DONE, "confirm add_words"),
        (ROSA, State.CLOSED, "rate"),
        (ROSA, State.WITHDRAWN, ""),
        (ROSA, State.REFUSED, "object"),
        (NEXT_DOOR, State.OFFERED, "follow"),
        (NEXT_DOOR, State.CLOSED, ""),
        (OTTO, State.OFFERED, ""),
    ],
)
def test_it_draws_the_buttons_of_a_state(person_id: int, state: State, buttons: str) -> None:
    drawn = actions(near(person_id), replace(TICKET, state=state))
    assert " ".join(drawn) == buttons


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.ACCEPTED, "hand_over ask progress arrive control finish"),
        (State.ON_SITE, "progress control finish"),
        (State.CONTROLLED, "progress finish"),
    ],
)
def test_it_draws_the_buttons_of_a_danger(state: State, buttons: str) -> None:
    assert " ".join(actions(near(WEI), replace(TICKET, state=state, is_danger=True))) == buttons


@pytest.mark.parametrize("state", State)
def test_it_offers_triage_while_the_ticket_is_open(state: State) -> None:
    dan = Actor(OTTO, (Grant(Role.DUTY_SECRETARY, COMMUNITY),))
    is_open = any(event.value == "kind_changed" for event in events_from(state))
    assert (Action.TRIAGE in actions(dan, replace(TICKET, state=state))) is is_open


def test_it_lets_a_refusal_come_back_once() -> None:
    refused = replace(TICKET, state=State.REFUSED)
    assert may(near(ROSA), Action.OBJECT, refused)
    assert not may(near(ROSA), Action.OBJECT, replace(refused, has_objected=True))


def test_it_draws_no_button_without_the_right() -> None:
    everybody = [near(person_id) for person_id in BY_RELATION]
    for actor, state, ticket in product(everybody, State, (TICKET, SECRET, DISPUTE)):
        now = replace(ticket, state=state)
        assert all(may(actor, action, now) for action in actions(actor, now))
        assert not {Action.SEE, Action.SEE_PERSON} & set(actions(actor, now))


# --- the duty roster -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_it_shows_the_duty_roster_to_staff_and_lets_secretaries_arrange_it(role: Role) -> None:
    here, elsewhere = (Actor(OTTO, (Grant(role, place_id),)) for place_id in (COMMUNITY, COMMUNITY + 1000))
    scope = frozenset({COMMUNITY})
    is_staff = role not in {Role.RESIDENT, Role.FAMILY, Role.VOLUNTEER}
    is_secretary = role in roles_for(DutyAction.ARRANGE)
    assert may_at(here, DutyAction.SEE, scope) is is_staff
    assert may_at(here, DutyAction.ARRANGE, scope) is is_secretary
    assert is_secretary == (role in {Role.DUTY_SECRETARY, Role.COMMUNITY_SECRETARY})
    assert not any(may_at(elsewhere, action, scope) for action in DutyAction)


# --- requests to neighbours ------------------------------------------------------------------------------------

HELPER = 30
ORDER = replace(
    TICKET, kind="order", is_order=True, state=State.ACCEPTED, assignee_id=HELPER, helper_ids=frozenset({HELPER, WEI})
)
BY_ROLE_OF_ORDER = {
    "unit_head": "see claim",
    "grid_worker": "see claim",
    "volunteer": "claim",
    "administrator": "see",
    "building_head": "see verify turn_down edit claim",
    "estate_branch": "see verify turn_down edit claim",
    "duty_secretary": "see see_person verify turn_down edit claim begin not_come ring_up ring_back",
    "community_secretary": "see see_person verify turn_down edit claim begin not_come ring_up ring_back",
}
OF_OWNER = "see see_person confirm rate withdraw add_words edit begin not_come sign_in relay problem"
BY_RELATION_TO_ORDER = {
    ROSA: OF_OWNER,
    LAO_LI: OF_OWNER,
    DAUGHTER: OF_OWNER,
    HELPER: "see see_person finish give_back sign_in relay problem",
    WEI: "see see_person finish give_back sign_in relay problem not_me claim",
    FANG: "see not_me claim",
    JOINED: "see add_words",
    NEXT_DOOR: "",
    OTTO: "",
}


@pytest.mark.parametrize("role", Role)
def test_it_gives_a_role_what_it_needs_with_a_request(role: Role) -> None:
    stranger = Actor(OTTO, (Grant(role, HERE),))
    expected = set(BY_ROLE_OF_ORDER.get(role.value, "").split())
    assert {action.value for action in Action if may(stranger, action, ORDER)} == expected


@pytest.mark.parametrize("person_id", BY_RELATION_TO_ORDER)
def test_it_gives_a_relation_what_it_needs_with_a_request(person_id: int) -> None:
    expected = set(BY_RELATION_TO_ORDER[person_id].split())
    assert {action.value for action in Action if may(near(person_id), action, ORDER)} == expected


@pytest.mark.parametrize("state", State)
def test_it_names_the_asker_to_helpers_only_from_acceptance_to_completion(state: State) -> None:
    order = replace(ORDER, state=state)
    is_between = state in {State.ACCEPTED, State.WAITING, State.ON_SITE}
    assert may(near(HELPER), Action.SEE_PERSON, order) is is_between
    assert may(near(HELPER), Action.SEE, order)
    assert may(near(ROSA), Action.SEE_PERSON, order)


def test_it_names_the_asker_to_those_who_check_only_while_they_do() -> None:
    head = Actor(OTTO, (Grant(Role.BUILDING_HEAD, HERE),))
    assert may(head, Action.SEE_PERSON, replace(ORDER, state=State.NEW))
    assert not may(head, Action.SEE_PERSON, replace(ORDER, state=State.OFFERED))


def test_it_shows_a_request_to_volunteers_while_it_is_open() -> None:
    volunteer = Actor(OTTO, (Grant(Role.VOLUNTEER, COMMUNITY),))
    assert may(volunteer, Action.SEE, replace(ORDER, state=State.OFFERED))
    assert not may(volunteer, Action.SEE, replace(TICKET, state=State.OFFERED))


def test_it_lets_nobody_check_their_own_request_nor_a_household_help_itself() -> None:
    for person_id in (ROSA, LAO_LI):
        head = Actor(person_id, (Grant(Role.BUILDING_HEAD, HERE),))
        assert not may(head, Action.VERIFY, ORDER)
    for person_id in (ROSA, DAUGHTER):
        assert not may(Actor(person_id, (Grant(Role.VOLUNTEER, HERE),)), Action.CLAIM, ORDER)
    assert may(Actor(LAO_LI, (Grant(Role.BUILDING_HEAD, HERE),)), Action.CLAIM, ORDER)


def test_it_lets_no_helper_judge_what_they_did_for_another() -> None:
    helped = replace(ORDER, helper_ids=frozenset({HELPER, LAO_LI}))
    assert not may(near(LAO_LI), Action.CONFIRM, helped)
    assert may(near(ROSA), Action.CONFIRM, helped)


def test_it_forgets_a_helper_who_has_lost_every_role() -> None:
    assert not any(may(Actor(HELPER), action, ORDER) for action in Action)
