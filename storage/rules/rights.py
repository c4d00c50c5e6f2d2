"""May this person do this to that ticket: one function, asked by every handler and again by delivery.

A role is held at a place and reaches downwards: it counts for a ticket when its place is among the ticket's
`scope`. Beside roles, a person may stand in a relation to the ticket itself (it is theirs, they filed it, it
was offered to them). One table says for each action which relations and which roles permit it; confidential
and anonymous tickets narrow it further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    ADD_WORDS = "add_words"
    TRIAGE = "triage"  # assign, merge, refuse, change kind or place
    FOLLOW = "follow"


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
    `neighbour_ids` are people who live near enough to join although they hold no role inside `scope`.
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
    neighbour_ids: frozenset[int] = frozenset()


class _Relation(StrEnum):
    OWNER = "owner"
    FILER = "filer"
    RELATIVE = "relative"
    ASSIGNEE = "assignee"
    OFFERED = "offered"
    FOLLOWER = "follower"
    NEIGHBOUR = "neighbour"


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
_SECRETARIES = (Role.DUTY_SECRETARY, Role.COMMUNITY_SECRETARY)
_BY_ASSIGNEE = _permit(_Relation.ASSIGNEE)
_BY_RESIDENT = _permit(_O, _F, _R)
_PRIVATE_ROLES = frozenset({*_SECRETARIES, Role.ADMINISTRATOR})
_KIND_ROLES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "dispute": frozenset({Role.MEDIATOR}),
        "care": frozenset({Role.GRID_WORKER, Role.PROXY_AGENT}),
    }
)
_PRIVATE_RELATIONS = frozenset({_O, _F, _Relation.ASSIGNEE, _Relation.OFFERED})

_PERMITS: Mapping[Action, _Permit] = MappingProxyType(
    {
        Action.SEE: _permit(
            *(relation for relation in _Relation if relation is not _Relation.NEIGHBOUR),
            *(Role.UNIT_HEAD, Role.BUILDING_HEAD, Role.GRID_WORKER, Role.ESTATE_BRANCH),
            *_PRIVATE_ROLES,
        ),
        Action.SEE_PERSON: _permit(_O, _F, _R, _Relation.ASSIGNEE, *_SECRETARIES),
        Action.ACCEPT: _permit(_Relation.OFFERED),
        Action.DECLINE: _permit(_Relation.OFFERED),
        Action.HAND_OVER: _BY_ASSIGNEE,
        Action.ASK: _BY_ASSIGNEE,
        Action.PROGRESS: _BY_ASSIGNEE,
        Action.ARRIVE: _BY_ASSIGNEE,
        Action.CONTROL: _BY_ASSIGNEE,
        Action.FINISH: _BY_ASSIGNEE,
        Action.CONFIRM: _BY_RESIDENT,
        Action.RATE: _BY_RESIDENT,
        Action.WITHDRAW: _BY_RESIDENT,
        Action.ADD_WORDS: _BY_RESIDENT,
        Action.TRIAGE: _permit(*_SECRETARIES),
        # Whoever lives or works within the scope may join, and the neighbours that storage found nearby.
        Action.FOLLOW: _permit(_Relation.NEIGHBOUR, *Role),
    }
)


def may(actor: Actor, action: Action, ticket: TicketFacts) -> bool:
    """Whether `actor` is entitled to `action` on `ticket`, whatever state the ticket is in."""
    relations = _relations(actor, ticket)
    roles = _roles_in_scope(actor, ticket)
    if ticket.is_confidential and not _is_entitled(relations, roles, ticket):
        return False
    permit = _PERMITS[action]
    if not (
        permit.relations & relations
        or permit.roles & roles
        or _by_exception(action, relations, roles, ticket)
    ):
        return False
    narrow = _NARROWED.get(action)
    return narrow is None or narrow(actor, relations, roles, ticket)


def actions(actor: Actor, ticket: TicketFacts) -> tuple[Action, ...]:
    """What `actor` may press on `ticket` now: permitted, and legal in its state. Seeing is no press."""
    legal = events_from(ticket.state)
    return tuple(
        action
        for action in Action
        if action not in _SEEING and _is_timely(action, ticket, legal) and may(actor, action, ticket)
    )


_SEEING = frozenset({Action.SEE, Action.SEE_PERSON})
_EVENTS: Mapping[Action, frozenset[Event]] = MappingProxyType(
    {
        Action.ACCEPT: frozenset({Event.ACCEPTED}),
        Action.DECLINE: frozenset({Event.DECLINED}),
        Action.HAND_OVER: frozenset({Event.HANDED_OVER}),
        Action.ASK: frozenset({Event.ASKED}),
        Action.PROGRESS: frozenset({Event.PROGRESSED}),
        Action.ARRIVE: frozenset({Event.ARRIVED}),
        Action.CONTROL: frozenset({Event.BROUGHT_UNDER_CONTROL}),
        Action.FINISH: frozenset({Event.FINISHED}),
        Action.CONFIRM: frozenset({Event.CONFIRMED}),
        Action.RATE: frozenset({Event.RATED}),
        Action.WITHDRAW: frozenset({Event.WITHDRAWN}),
        Action.ADD_WORDS: frozenset({Event.WORDS_ADDED}),
        Action.TRIAGE: frozenset(
            {
                Event.ASSIGNED,
                Event.MERGED,
                Event.REFUSED,
                Event.KIND_CHANGED,
                Event.PLACE_CHANGED,
            }
        ),
    }
)


def _is_timely(action: Action, ticket: TicketFacts, legal: frozenset[Event]) -> bool:
    if action is Action.FOLLOW:
        return ticket.state in OPEN
    return bool(_EVENTS[action] & legal)


_LIVING_HERE = frozenset({Role.RESIDENT, Role.FAMILY})


def _relations(actor: Actor, ticket: TicketFacts) -> frozenset[_Relation]:
    """The relations in which `actor` stands; whoever lost every working role is no longer a worker of it."""
    person = actor.person_id
    works = any(grant.role not in _LIVING_HERE for grant in actor.grants)
    held: Iterable[tuple[_Relation, bool]] = (
        (_Relation.OWNER, person == ticket.owner_id),
        (_Relation.FILER, person == ticket.filed_by_id),
        (_Relation.RELATIVE, person in ticket.relative_ids),
        (_Relation.ASSIGNEE, works and person == ticket.assignee_id),
        (_Relation.OFFERED, works and person in ticket.offered_to),
        (_Relation.FOLLOWER, person in ticket.follower_ids),
        (_Relation.NEIGHBOUR, person in ticket.neighbour_ids),
    )
    return frozenset(relation for relation, is_held in held if is_held)


def _roles_in_scope(actor: Actor, ticket: TicketFacts) -> frozenset[Role]:
    return frozenset(grant.role for grant in actor.grants if grant.place_id in ticket.scope)


def _is_entitled(relations: frozenset[_Relation], roles: frozenset[Role], ticket: TicketFacts) -> bool:
    """Whether a confidential ticket is any business of theirs; relatives and followers are not enough."""
    private_roles = _PRIVATE_ROLES | _KIND_ROLES.get(ticket.kind, frozenset())
    return bool(relations & _PRIVATE_RELATIONS or roles & private_roles)


def _by_exception(
    action: Action, relations: frozenset[_Relation], roles: frozenset[Role], ticket: TicketFacts
) -> bool:
    """What is permitted only because of what the ticket is."""
    if action is Action.SEE_PERSON:
        return ticket.is_danger and _Relation.OFFERED in relations
    if action is not Action.SEE:
        return False
    presses = ticket.is_overdue and not ticket.is_confidential and Role.STREET_LIAISON in roles
    return presses or bool(roles & _KIND_ROLES.get(ticket.kind, frozenset()))


_Narrow = Callable[[Actor, frozenset[_Relation], frozenset[Role], TicketFacts], bool]


def _is_named_to(
    _actor: Actor, relations: frozenset[_Relation], roles: frozenset[Role], ticket: TicketFacts
) -> bool:
    """An anonymous owner is known to themself, to whoever wrote it down for them, and to the secretaries."""
    return not ticket.is_anonymous or bool({_O, _F} & relations or roles & frozenset(_SECRETARIES))


def _is_no_judge_in_own_cause(
    actor: Actor, _relations: frozenset[_Relation], _roles: frozenset[Role], ticket: TicketFacts
) -> bool:
    """Nobody judges their own work, nor does anybody judge for an owner who did the work."""
    return ticket.assignee_id is None or ticket.assignee_id not in {actor.person_id, ticket.owner_id}


def _is_about_danger(
    _actor: Actor, _relations: frozenset[_Relation], _roles: frozenset[Role], ticket: TicketFacts
) -> bool:
    return ticket.is_danger


def _is_new_to_it(
    actor: Actor, _relations: frozenset[_Relation], _roles: frozenset[Role], ticket: TicketFacts
) -> bool:
    return actor.person_id != ticket.owner_id and actor.person_id not in ticket.follower_ids


_NARROWED: Mapping[Action, _Narrow] = MappingProxyType(
    {
        Action.SEE_PERSON: _is_named_to,
        Action.CONFIRM: _is_no_judge_in_own_cause,
        Action.RATE: _is_no_judge_in_own_cause,
        Action.ARRIVE: _is_about_danger,
        Action.CONTROL: _is_about_danger,
        Action.FOLLOW: _is_new_to_it,
    }
)
