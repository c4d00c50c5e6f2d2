"""Posters for walls: one A4 page a place, with the QR code that binds a resident to it and the words people need."""

from .card import Card
from .fonts import NoFontError, find_font
from .layout import Poster, Say
from .pdf import write_cards, write_pdf
from .png import png_bytes

__all__ = ["Card", "NoFontError", "Poster", "Say", "deep_link", "find_font", "png_bytes", "write_cards", "write_pdf"]


def deep_link(bot_name: str, payload: str) -> str:
    """The address that opens the bot and says `/start payload` to it."""
    return f"https://t.me/{bot_name}?start={payload}"
