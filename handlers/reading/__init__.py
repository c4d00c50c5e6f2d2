"""Reads a resident's first words: intent, kind, danger, place and flags. Pure; never raises on any text."""

from handlers.reading.model import KINDS, Address, Danger, Intent, PlaceGuess, Reader, Reading
from handlers.reading.place import read_address
from handlers.reading.reader import LexiconReader

__all__ = [
    "KINDS",
    "Address",
    "Danger",
    "Intent",
    "LexiconReader",
    "PlaceGuess",
    "Reader",
    "Reading",
    "read_address",
]
