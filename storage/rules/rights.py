"""May this person do this to that ticket: one function, asked by every handler and again by delivery.

A role is held at a place and reaches downwards: it counts for a ticket when its place is among the ticket's
`scope`. Beside roles, a person may stand in a relation to the ticket itself (it is theirs, they filed it, it
was offered to them). One table says for each action which relations and which roles permit it; confidential
and anonymous tickets narrow it further.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from storage.rules.lifecycle import OPEN, Event, State, events_from


class Role(StrEnum):
    """What a person is at a place; the people table of the glossary."""

    RESIDENT = "resident"
    FAMILY = "family"
    UNIT_HEAD = "unit_head"
    BUILDING_HEAD = "building_head"
    GRID_WORKER = "grid_worker"
    PROXY_AGENT = "proxy_agent"
    MEDIATOR = "mediator"
    ADVISER = "adviser"
    DUTY_SECRETARY = "duty_secretary"
    COMMUNITY_SECRETARY = "community_secretary"
    ESTATE_BRANCH = "estate_branch"
    VOLUNTEER = "volunteer"
    STEWARD = "steward"
    STREET_LIAISON = "street_liaison"
    DISTRICT_CENTRE = "district_centre"
    DEPARTMENT_LIAISON = "department_liaison"
    PROPERTY_FIRM = "property_firm"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What a person may want to do with a ticket."""

    SEE = "see"
    SEE_PERSON = "see_person"  # name, telephone and room of the resident
    ACCEPT = "accept"
    DECLINE = "decline"
    HAND_OVER = "hand_over"
    ASK = "ask"
    PROGRESS = "progress"
    ARRIVE = "arrive"
    CONTROL = "control"
    FINISH = "finish"
    CONFIRM = "confirm"
    RATE = "rate"
    WITHDRAW = "withdraw"
    OBJECT = "object"  # to a refusal
    ADD_WORDS = "add_words"
    TRIAGE = "triage"  # assign, merge, refuse, change kind or place
    RING_BACK = "ring_back"  # to whoever was not satisfied
    FOLLOW = "follow"
    APPROVE = "approve"  # what is booked, where the service wants the word of staff
    RESCHEDULE = "reschedule"
    UNBOOK = "unbook"  # give a booked time back
    COME = "come"  # 我会来: say that one will be there
    STAGE = "stage"  # an official matter went on
    MISS = "miss"  # 没等到您
    VERIFY = "verify"  # 核验: let a request be offered to neighbours
    TURN_DOWN = "turn_down"  # a request, with the reason
    EDIT = "edit"  # a request: when, how many, which skills
    CLAIM = "claim"  # 接单: one of the places of a request
    NOT_ME = "not_me"  # a request that was offered
    GIVE_BACK = "give_back"  # a place that one took
    SIGN_IN = "sign_in"  # 签到
    BEGIN = "begin"  # with those who are there
    NOT_COME = "not_come"  # say that a helper did not come
    RING_UP = "ring_up"  # and write down whether it was done
    RELAY = "relay"  # a message to the other side, through the bot
    PROBLEM = "problem"  # with the other side


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at a place."""

    role: Role
    place_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with every role they hold now."""

    person_id: int
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What rights depend on.

    `owner_id` is the resident whose matter it is, `assignee_id` the worker who accepted it, `relative_ids`
    family links with the owner's present consent, `scope` the place, all its ancestors and its grid.
    `has_objected` says that a refusal was turned down once already.
    `is_booking`: it came from the catalogue; `has_slot`: a time is booked for it; `is_unapproved`: it waits for the
    word of the duty secretaries, to whom it is offered for that alone.
    `neighbour_ids` are people who live near enough to join although they hold no role inside `scope`.
    `is_order`: neighbours are asked to do it; `helper_ids` are those who took a place and have not given it back.
    """

    id: int
    kind: str
    state: State
    owner_id: int
    filed_by_id: int | None
    assignee_id: int | None
    offered_to: frozenset[int]
    follower_ids: frozenset[int]
    relative_ids: frozenset[int]
    scope: frozenset[int]
    is_confidential: bool
    is_danger: bool
    is_anonymous: bool
    is_overdue: bool = False
    has_objected: bool = False
    neighbour_ids: frozenset[int] = frozenset()
    is_booking: bool = False
    has_slot: bool = False
    is_unapproved: bool = False
    is_order: bool = False
    helper_ids: frozenset[int] = frozenset()


class _Relation(StrEnum):
    OWNER = "owner"
    FILER = "filer"
    RELATIVE = "relative"
    ASSIGNEE = "assignee"
    OFFERED = "offered"
    FOLLOWER = "follower"
    NEIGHBOUR = "neighbour"
    HELPER = "helper"


@dataclass(frozen=True, slots=True)
class _Permit:
    relations: frozenset[_Relation] = frozenset()
    roles: frozenset[Role] = frozenset()


def _permit(*by: _Relation | Role) -> _Permit:
    return _Permit(
        frozenset(one for one in by if isinstance(one, _Relation)),
        frozenset(one for one in by if isinstance(one, Role)),
    )


_O, _F, _R = _Relation.OWNER, _Relation.FILER, _Relation.RELATIVE
SECRETARIES = (Role.DUTY_SECRETARY, Role.COMMUNITY_SECRETARY)
_BY_ASSIGNEE = _permit(_Relation.ASSIGNEE)
_BY_RESIDENT = _permit(_O, _F, _R)
_PRIVATE_ROLES = frozenset({*SECRETARIES, Role.ADMINISTRATOR})
_KIND_ROLES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "dispute": frozenset({Role.MEDIATOR}),
        "care": frozenset({Role.GRID_WORKER, Role.PROXY_AGENT}),
    }
)
_PRIVATE_RELATIONS = frozenset({_O, _F, _Relation.ASSIGNEE, _Relation.OFFERED, _Relation.HELPER})
VERIFIERS = frozenset({*SECRETARIES, Role.ESTATE_BRANCH, Role.BUILDING_HEAD})
_BY_VERIFIER = _permit(*VERIFIERS)
_BY_BOTH = _permit(_O, _F, _R, _Relation.HELPER)

_PERMITS: Mapping[Action, _Permit] = MappingProxyType(
    {
        Action.SEE: _permit(
            *(relation for relation in _Relation if relation is not _Relation.NEIGHBOUR),
            *(Role.UNIT_HEAD, Role.BUILDING_HEAD, Role.GRID_WORKER, Role.ESTATE_BRANCH),
            *_PRIVATE_ROLES,
        ),
        Action.SEE_PERSON: _permit(_O, _F, _R, _Relation.ASSIGNEE, _Relation.HELPER, *SECRETARIES),
        Action.ACCEPT: _permit(_Relation.OFFERED),
        Action.DECLINE: _permit(_Relation.OFFERED),
        Action.HAND_OVER: _BY_ASSIGNEE,
        Action.ASK: _BY_ASSIGNEE,
        Action.PROGRESS: _BY_ASSIGNEE,
        Action.ARRIVE: _BY_ASSIGNEE,
        Action.CONTROL: _BY_ASSIGNEE,
        Action.FINISH: _permit(_Relation.ASSIGNEE, _Relation.HELPER),
        Action.CONFIRM: _BY_RESIDENT,
        Action.RATE: _BY_RESIDENT,
        Action.WITHDRAW: _BY_RESIDENT,
        Action.OBJECT: _BY_RESIDENT,
        Action.ADD_WORDS: _permit(_O, _F, _R, _Relation.FOLLOWER),
        Action.TRIAGE: _permit(*SECRETARIES),
        Action.RING_BACK: _permit(*SECRETARIES),
        # Whoever lives or works within the scope may join, and the neighbours that storage found nearby.
        Action.FOLLOW: _permit(_Relation.NEIGHBOUR, *Role),
        Action.APPROVE: _permit(*SECRETARIES),
        Action.RESCHEDULE: _permit(_O, _F, _R, _Relation.ASSIGNEE, *SECRETARIES),
        Action.UNBOOK: _permit(_O, _F, _R, *SECRETARIES),
        Action.COME: _permit(_O, _F, _R, _Relation.ASSIGNEE),
        Action.STAGE: _BY_ASSIGNEE,
        Action.MISS: _BY_ASSIGNEE,
        Action.VERIFY: _BY_VERIFIER,
        Action.TURN_DOWN: _BY_VERIFIER,
        Action.EDIT: _permit(_O, _F, _R, *VERIFIERS),
        Action.CLAIM: _permit(_Relation.OFFERED, Role.VOLUNTEER, Role.GRID_WORKER, Role.UNIT_HEAD, *VERIFIERS),
        Action.NOT_ME: _permit(_Relation.OFFERED),
        Action.GIVE_BACK: _permit(_Relation.HELPER),
        Action.SIGN_IN: _BY_BOTH,
        Action.BEGIN: _permit(_O, _F, _R, *SECRETARIES),
        Action.NOT_COME: _permit(_O, _F, _R, *SECRETARIES),
        Action.RING_UP: _permit(*SECRETARIES),
        Action.RELAY: _BY_BOTH,
        Action.PROBLEM: _BY_BOTH,
    }
)


def may(actor: Actor, action: Action, ticket: TicketFacts) -> bool:
    """Whether `actor` is entitled to `action` on `ticket`, whatever state the ticket is in."""
    return _may(_standing(actor, ticket), action, ticket)


def actions(actor: Actor, ticket: TicketFacts) -> tuple[Action, ...]:
    """What `actor` may press on `ticket` now: permitted, and legal in its state. Seeing is no press."""
    legal, standing = events_from(ticket.state), _standing(actor, ticket)
    return tuple(
        action
        for action in Action
        if action not in _SEEING and _is_timely(action, ticket, legal) and _may(standing, action, ticket)
    )


_SEEING = frozenset({Action.SEE, Action.SEE_PERSON})
_ONE_EVENT = {
    Action.ACCEPT: Event.ACCEPTED,
    Action.DECLINE: Event.DECLINED,
    Action.HAND_OVER: Event.HANDED_OVER,
    Action.ASK: Event.ASKED,
    Action.PROGRESS: Event.PROGRESSED,
    Action.ARRIVE: Event.ARRIVED,
    Action.CONTROL: Event.BROUGHT_UNDER_CONTROL,
    Action.FINISH: Event.FINISHED,
    Action.CONFIRM: Event.CONFIRMED,
    Action.RATE: Event.RATED,
    Action.WITHDRAW: Event.WITHDRAWN,
    Action.OBJECT: Event.OBJECTED,
    Action.RING_BACK: Event.RUNG_BACK,
    Action.ADD_WORDS: Event.WORDS_ADDED,
    Action.APPROVE: Event.BOOKED,
    Action.RESCHEDULE: Event.RESCHEDULED,
    Action.UNBOOK: Event.WITHDRAWN,
    Action.STAGE: Event.STAGED,
    Action.MISS: Event.MISSED,
    Action.VERIFY: Event.VERIFIED,
    Action.TURN_DOWN: Event.REFUSED,
    Action.EDIT: Event.EDITED,
    Action.CLAIM: Event.CLAIMED,
    Action.NOT_ME: Event.DECLINED,
    Action.GIVE_BACK: Event.GIVEN_BACK,
    Action.SIGN_IN: Event.SIGNED_IN,
    Action.BEGIN: Event.BEGUN,
}
_EVENTS: Mapping[Action, frozenset[Event]] = MappingProxyType(
    {
        **{action: frozenset({event}) for action, event in _ONE_EVENT.items()},
        Action.TRIAGE: frozenset(
            {Event.ASSIGNED, Event.MERGED, Event.REFUSED, Event.KIND_CHANGED, Event.PLACE_CHANGED}
        ),
        Action.RING_UP: frozenset({Event.CONFIRMED, Event.REVOKED}),
    }
)


def _is_timely(action: Action, ticket: TicketFacts, legal: frozenset[Event]) -> bool:
    if action is Action.FOLLOW:
        return ticket.state in OPEN
    if action is Action.COME:
        return ticket.state is State.ACCEPTED
    if action in {Action.RELAY, Action.NOT_COME}:
        return ticket.state in _BETWEEN
    if action is Action.PROBLEM:
        return ticket.state in {*_BETWEEN, State.DONE, State.CLOSED}
    return bool(_EVENTS[action] & legal)


_BETWEEN = frozenset({State.ACCEPTED, State.WAITING, State.ON_SITE})
"""From when somebody has taken a request until it is done."""

LIVING_HERE = frozenset({Role.RESIDENT, Role.FAMILY})


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a person stands to a ticket."""

    person_id: int
    relations: frozenset[_Relation]
    roles: frozenset[Role]  # held at a place that covers the ticket


def _standing(actor: Actor, ticket: TicketFacts) -> _Standing:
    """Whoever has lost every working role is no longer its worker, whatever the ticket still says."""
    person = actor.person_id
    works = any(grant.role not in LIVING_HERE for grant in actor.grants)
    relations = {
        _Relation.OWNER: person == ticket.owner_id,
        _Relation.FILER: person == ticket.filed_by_id,
        _Relation.RELATIVE: person in ticket.relative_ids,
        _Relation.ASSIGNEE: works and person == ticket.assignee_id,
        _Relation.OFFERED: works and person in ticket.offered_to,
        _Relation.FOLLOWER: person in ticket.follower_ids,
        _Relation.NEIGHBOUR: person in ticket.neighbour_ids,
        _Relation.HELPER: works and person in ticket.helper_ids,
    }
    return _Standing(
        person,
        frozenset(relation for relation, holds in relations.items() if holds),
        frozenset(grant.role for grant in actor.grants if grant.place_id in ticket.scope),
    )


def _may(standing: _Standing, action: Action, ticket: TicketFacts) -> bool:
    if ticket.is_confidential and not _is_entitled(standing, ticket):
        return False
    narrow = _NARROWED.get(action)
    return _is_permitted(action, standing, ticket) and (narrow is None or narrow(standing, ticket))


def _is_entitled(standing: _Standing, ticket: TicketFacts) -> bool:
    """Whether a confidential ticket is any business of theirs; relatives and followers are not enough."""
    private_roles = _PRIVATE_ROLES | _KIND_ROLES.get(ticket.kind, frozenset())
    return bool(standing.relations & _PRIVATE_RELATIONS or standing.roles & private_roles)


def _is_permitted(action: Action, standing: _Standing, ticket: TicketFacts) -> bool:
    permit = _PERMITS[action]
    if permit.relations & standing.relations or permit.roles & standing.roles:
        return True
    if action is Action.SEE_PERSON:  # no time to accept first
        is_checked = ticket.is_order and ticket.state is State.NEW and bool(standing.roles & VERIFIERS)
        return is_checked or (ticket.is_danger and _Relation.OFFERED in standing.relations)
    if action is Action.SEE and ticket.is_order and ticket.state is State.OFFERED and Role.VOLUNTEER in standing.roles:
        return True
    if action is Action.SEE:
        presses = ticket.is_overdue and Role.STREET_LIAISON in standing.roles
        return presses or bool(standing.roles & _KIND_ROLES.get(ticket.kind, frozenset()))
    return False


def _is_named_to(standing: _Standing, ticket: TicketFacts) -> bool:
    """An anonymous owner is known to themself, to whoever wrote it down for them, and to the secretaries."""
    is_known = {_O, _F} & standing.relations or standing.roles & frozenset(SECRETARIES)
    return (not ticket.is_anonymous or bool(is_known)) and _is_in_time_to_know(standing, ticket)


def _is_in_time_to_know(standing: _Standing, ticket: TicketFacts) -> bool:
    """Who helps a neighbour knows name, telephone and door from when it begins until it is done."""
    others = {_O, _F, _R} & standing.relations or standing.roles & VERIFIERS
    return not ticket.is_order or bool(others) or ticket.state in _BETWEEN


def _is_no_judge_in_own_cause(standing: _Standing, ticket: TicketFacts) -> bool:
    """Nobody judges their own work, nor does anybody judge for an owner who did the work."""
    if standing.person_id in ticket.helper_ids:
        return False
    return ticket.assignee_id is None or ticket.assignee_id not in {standing.person_id, ticket.owner_id}


def _is_the_first_time(_standing: _Standing, ticket: TicketFacts) -> bool:
    return not ticket.has_objected and not ticket.is_order


def _is_about_danger(_standing: _Standing, ticket: TicketFacts) -> bool:
    return ticket.is_danger


def _is_gone_to(_standing: _Standing, ticket: TicketFacts) -> bool:
    return ticket.is_danger or ticket.is_booking


def _is_booking(_standing: _Standing, ticket: TicketFacts) -> bool:
    return ticket.is_booking


def _has_slot(_standing: _Standing, ticket: TicketFacts) -> bool:
    return ticket.has_slot


def _has_no_slot(_standing: _Standing, ticket: TicketFacts) -> bool:
    """A booked time is given back by a press of its own, which knows the service's limit."""
    return not ticket.has_slot


def _is_unapproved(_standing: _Standing, ticket: TicketFacts) -> bool:
    return ticket.is_unapproved


def _is_for_whoever_does_it(_standing: _Standing, ticket: TicketFacts) -> bool:
    """Who is asked to approve does not take it on."""
    return not ticket.is_unapproved and not ticket.is_order


def _is_order(_standing: _Standing, ticket: TicketFacts) -> bool:
    return ticket.is_order


def _is_others_order(standing: _Standing, ticket: TicketFacts) -> bool:
    """Nobody checks a request that they ask for themselves."""
    return ticket.is_order and not {_O, _F} & standing.relations


def _is_neighbours_order(standing: _Standing, ticket: TicketFacts) -> bool:
    """Nobody is a helper to their own household."""
    return ticket.is_order and not {_O, _R} & standing.relations


def _is_no_order(_standing: _Standing, ticket: TicketFacts) -> bool:
    """What neighbours are asked to do has ways of its own."""
    return not ticket.is_order


def _is_new_to_it(standing: _Standing, _ticket: TicketFacts) -> bool:
    return not {_Relation.OWNER, _Relation.FOLLOWER} & standing.relations


def _is_joined_from_new(standing: _Standing, ticket: TicketFacts) -> bool:
    """A neighbour joins what is wrong, not what somebody else needs."""
    return not ticket.is_order and _is_new_to_it(standing, ticket)


_NARROWED: Mapping[Action, Callable[[_Standing, TicketFacts], bool]] = MappingProxyType(
    {
        Action.SEE_PERSON: _is_named_to,
        Action.CONFIRM: _is_no_judge_in_own_cause,
        Action.RATE: _is_no_judge_in_own_cause,
        Action.OBJECT: _is_the_first_time,
        Action.ACCEPT: _is_for_whoever_does_it,
        Action.DECLINE: _is_for_whoever_does_it,
        Action.WITHDRAW: _has_no_slot,
        Action.HAND_OVER: _has_no_slot,
        Action.ARRIVE: _is_gone_to,
        Action.APPROVE: _is_unapproved,
        Action.RESCHEDULE: _has_slot,
        Action.UNBOOK: _has_slot,
        Action.COME: _has_slot,
        Action.STAGE: _is_booking,
        Action.MISS: _is_booking,
        Action.CONTROL: _is_about_danger,
        Action.FOLLOW: _is_joined_from_new,
        Action.HAND_OVER: _is_no_order,
        Action.ASK: _is_no_order,
        Action.PROGRESS: _is_no_order,
        Action.TRIAGE: _is_no_order,
        Action.VERIFY: _is_others_order,
        Action.TURN_DOWN: _is_others_order,
        Action.EDIT: _is_order,
        Action.CLAIM: _is_neighbours_order,
        Action.NOT_ME: _is_order,
        Action.GIVE_BACK: _is_order,
        Action.SIGN_IN: _is_order,
        Action.BEGIN: _is_order,
        Action.NOT_COME: _is_order,
        Action.RING_UP: _is_order,
        Action.RELAY: _is_order,
        Action.PROBLEM: _is_order,
    }
)
