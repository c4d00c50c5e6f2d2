"""The methods of the Bot API, one file a subject; `METHODS` is filled by importing them."""

from simulator.methods import chats, commands, edit, me, media, presses, receive, send, topics, transfer
from simulator.methods.base import METHODS, Call

__all__ = [
    "METHODS",
    "Call",
    "chats",
    "commands",
    "edit",
    "me",
    "media",
    "presses",
    "receive",
    "send",
    "topics",
    "transfer",
]
