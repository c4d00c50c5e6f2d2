"""Who could carry a service out depends on the way: halls have visitors, agents and firms go to people's homes."""

from dataclasses import fields
from typing import Any

import pytest

from storage.rules.catalogue import Catalogue, Category, Fee, Provider, ProviderKind, Service, Way

CIVIL = Category(1, "civil", "民政", "Civil affairs", "", 1)
ALL_WAYS = (Way.AT_HOME, Way.PHONE, Way.APPOINTMENT, Way.WALK_IN)


def blank(model: type, **values: Any) -> Any:
    return model(**{field.name: None for field in fields(model)} | values)


def provider(number: int, kind: ProviderKind, skills: frozenset[str] | None = None) -> Provider:
    named: Provider = blank(Provider, id=number, code=f"p{number}", kind=kind, person_id=number, skills=skills)
    return named


YE = provider(1, ProviderKind.AGENT)
TIAN = provider(2, ProviderKind.AGENT, frozenset({"civil"}))
HE = provider(3, ProviderKind.AGENT, frozenset({"other"}))
HALL = provider(4, ProviderKind.HALL)
CLINIC = provider(5, ProviderKind.PROVIDER)
ROOM = provider(6, ProviderKind.ROOM)


@pytest.mark.parametrize(
    ("providers", "way", "found"),
    [
        (None, Way.AT_HOME, [YE, TIAN]),
        (None, Way.APPOINTMENT, [YE, TIAN]),
        (None, Way.WALK_IN, []),
        (("p4",), Way.AT_HOME, [YE, TIAN]),
        (("p4",), Way.PHONE, [YE, TIAN]),
        (("p4",), Way.APPOINTMENT, [HALL]),
        (("p4",), Way.WALK_IN, [HALL]),
        (("p4",), None, [YE, TIAN, HALL]),
        (("p4", "p3"), Way.AT_HOME, [HE]),
        (("p5",), Way.AT_HOME, [CLINIC]),
        (("p5",), None, [CLINIC]),
        (("p6",), Way.APPOINTMENT, [ROOM]),
        (("p6",), Way.AT_HOME, []),
        (("gone",), Way.AT_HOME, []),
    ],
)
def test_it_knows_who_goes_and_who_is_visited(
    providers: tuple[str, ...] | None, way: Way | None, found: list[Provider]
) -> None:
    service = blank(
        Service, id=9, code="card", category_id=1, fee=Fee.FREE, ways=ALL_WAYS, providers=providers, position=1
    )
    catalogue = Catalogue([CIVIL], [service], [YE, TIAN, HE, HALL, CLINIC, ROOM])
    assert catalogue.providers_of(service, way) == found
