"""Which building stands nearest to a position that somebody sent, and whether somebody is at a place."""

from math import cos, hypot, radians

from .directory import Directory, Place

METRES_PER_DEGREE = 111_320
NEAR_METRES = 150
THERE_METRES = 300  # what telephones are off by between tall houses, and the way around them
_LEVELS = {"building", "village"}


def nearest(directory: Directory, latitude: float, longitude: float) -> Place | None:
    """The nearest building with a known position within 150 metres, or None."""
    near = [
        (_metres(latitude, longitude, place), place.code, place)
        for place in directory.places.values()
        if place.level in _LEVELS and place.latitude is not None and place.longitude is not None
    ]
    metres, _, place = min(near, default=(NEAR_METRES + 1.0, "", None))
    return place if metres <= NEAR_METRES else None


def _metres(latitude: float, longitude: float, place: Place) -> float:
    """Flat-earth distance, exact enough within a town."""
    north = ((place.latitude or 0.0) - latitude) * METRES_PER_DEGREE
    east = ((place.longitude or 0.0) - longitude) * METRES_PER_DEGREE * cos(radians(latitude))
    return hypot(north, east)


def is_near(directory: Directory, place_id: int | None, latitude: float, longitude: float) -> bool:
    """Whether a position is at a building, as far as anybody knows where that stands."""
    houses = (one for one in directory.ancestors(place_id) if one.level in _LEVELS)
    place = next((one for one in houses if one.latitude is not None and one.longitude is not None), None)
    return place is None or _metres(latitude, longitude, place) <= THERE_METRES
