"""What a community offers, as data: categories, services, who carries them out, and when they are open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import TypeVar

from storage.rules.days import Days

MADE_IN_CHAT = "chat-"
"""How the codes of openings and dishes begin that were made in chat: no import takes them away."""


class Way(StrEnum):
    """四办: how a service is had."""

    AT_HOME = "at_home"  # 上门办: somebody comes, at a time that is booked
    PHONE = "phone"  # 掌上办: on the phone, without a time
    APPOINTMENT = "appointment"  # 预约办: the resident goes there, at a time that is booked
    WALK_IN = "walk_in"  # 现场办: whoever comes gets a number

    @property
    def has_slot(self) -> bool:
        """Whether a time is booked."""
        return self in {Way.AT_HOME, Way.APPOINTMENT}


class Flow(StrEnum):
    """How a matter of a kind begins."""

    REPORT = "report"  # residents say it in their own words
    BOOKING = "booking"  # it comes from the catalogue
    ORDER = "order"  # neighbours are asked to do it


class Fee(StrEnum):
    """What a service costs."""

    FREE = "free"
    LOW = "low"
    STATED = "stated"


class ProviderKind(StrEnum):
    """Who or what carries a service out."""

    AGENT = "agent"  # 代办员: a person of the community
    PROVIDER = "provider"  # a firm, a clinic, a canteen, a library
    HALL = "hall"  # the community's one window
    ROOM = "room"


def _in(language: str, zh: str, en: str | None) -> str:
    return zh if language.startswith("zh") or not en else en


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue."""

    id: int
    code: str
    name: str
    name_en: str
    emoji: str
    position: int

    def name_in(self, language: str) -> str:
        """Its name for a reader of `language`."""
        return _in(language, self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that can be asked for. Lengths are minutes, limits hours before the slot begins."""

    id: int
    code: str
    category_id: int
    kind: str
    name: str
    name_en: str
    aliases: tuple[str, ...]
    who: str | None
    who_en: str | None
    papers: tuple[str, ...]
    papers_en: tuple[str, ...]
    question: str | None
    question_en: str | None
    fee: Fee
    fee_words: str | None
    fee_words_en: str | None
    ways: tuple[Way, ...]
    minutes: int
    buffer_minutes: int
    capacity: int | None
    lead_hours: int
    cancel_hours: int
    days_ahead: int
    providers: tuple[str, ...] | None  # None = the agents
    needs_approval: bool
    needs_presence: bool
    needs_code: bool
    is_confidential: bool
    is_official: bool
    phone: str | None
    address: str | None
    address_en: str | None
    position: int
    is_off: bool = False  # not to be had for now

    def name_in(self, language: str) -> str:
        """Its name for a reader of `language`."""
        return _in(language, self.name, self.name_en)

    def papers_in(self, language: str) -> tuple[str, ...]:
        """What has to be brought, one by one."""
        return self.papers if language.startswith("zh") or not self.papers_en else self.papers_en

    @property
    def can_be_booked(self) -> bool:
        """Whether the bot takes it; else it shows where and whom to ring."""
        return bool(self.ways)


@dataclass(frozen=True, slots=True)
class Provider:
    """Who or what carries services out; `seats` are how many can be served at one time."""

    id: int
    code: str
    kind: ProviderKind
    name: str
    name_en: str | None
    person_id: int | None
    place_id: int | None
    seats: int
    skills: frozenset[str] | None  # codes of services and categories; None = all
    phone: str | None
    address: str | None
    address_en: str | None

    def name_in(self, language: str) -> str:
        """Its name for a reader of `language`."""
        return _in(language, self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Opening:
    """When a provider is open, or as an exception shut, in local time; no times = the whole day."""

    provider_id: int
    days: Days
    begins: time | None
    ends: time | None
    is_shut: bool


@dataclass(frozen=True, slots=True)
class Dish:
    """What a canteen offers on some days."""

    id: int
    code: str
    provider_id: int
    days: Days
    name: str
    name_en: str | None
    price: str | None
    position: int

    def name_in(self, language: str) -> str:
        """Its name for a reader of `language`."""
        return _in(language, self.name, self.name_en)


OfProvider = TypeVar("OfProvider", Opening, Dish)


class Catalogue:
    """All of it, in the order of the sheets."""

    def __init__(
        self,
        categories: Iterable[Category] = (),
        services: Iterable[Service] = (),
        providers: Iterable[Provider] = (),
        openings: Iterable[Opening] = (),
        dishes: Iterable[Dish] = (),
    ) -> None:
        self.categories = {one.id: one for one in sorted(categories, key=lambda one: one.position)}
        self.services = {one.id: one for one in sorted(services, key=lambda one: one.position)}
        self.by_code = {one.code: one for one in self.services.values()}
        self.providers = {one.id: one for one in providers}
        self.provider_codes = {one.code: one for one in self.providers.values()}
        self.agents = {one.person_id: one for one in self.providers.values() if one.kind is ProviderKind.AGENT}
        self.openings: Mapping[int, tuple[Opening, ...]] = _grouped(openings)
        self.dishes: Mapping[int, tuple[Dish, ...]] = _grouped(sorted(dishes, key=lambda one: one.position))

    def of_category(self, category_id: int) -> list[Service]:
        """The services of a shelf, but for those that are off."""
        return [one for one in self.services.values() if one.category_id == category_id and not one.is_off]

    def providers_of(self, service: Service, way: Way | None = None) -> list[Provider]:
        """Who could carry a service out in one way, or in any of its ways.

        Those it names; a hall has visitors only, so that its agents go to people's homes and ring them.
        """
        named = [self.provider_codes[code] for code in service.providers or () if code in self.provider_codes]
        ways = service.ways if way is None else (way,)
        found = {one.id: one for each in ways for one in self._by(service, named, each)}
        return list(found.values()) if ways else named

    def _by(self, service: Service, named: list[Provider], way: Way) -> list[Provider]:
        halls = [one for one in named if one.kind is ProviderKind.HALL]
        if way is Way.WALK_IN:
            return halls
        if way is Way.APPOINTMENT:
            return named if service.providers is not None else self._agents_of(service)
        moving = [one for one in named if one.kind in {ProviderKind.AGENT, ProviderKind.PROVIDER}]
        return moving or (self._agents_of(service) if halls or service.providers is None else [])

    def _agents_of(self, service: Service) -> list[Provider]:
        category = self.categories.get(service.category_id)
        known = {service.code, category.code if category else ""}
        agents = (one for one in self.providers.values() if one.kind is ProviderKind.AGENT)
        return [one for one in agents if one.skills is None or one.skills & known]


def _grouped(found: Iterable[OfProvider]) -> Mapping[int, tuple[OfProvider, ...]]:
    by_provider: dict[int, list[OfProvider]] = defaultdict(list)
    for one in found:
        by_provider[one.provider_id].append(one)
    return {provider_id: tuple(ones) for provider_id, ones in by_provider.items()}
