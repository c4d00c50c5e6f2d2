"""The duty roster of a month as a picture, or in words where the machine has no Chinese font."""

from .month import Rosters

__all__ = ["Rosters"]
