"""What people wrote, without the door and the telephone: for those who have not accepted a request yet.

Whoever asks a neighbour often writes where they live in the same sentence. The words are shown to everybody who is
asked; where it is and whom to ring only to those who come.
"""

from __future__ import annotations

import re

HIDDEN = "…"

_NUMERAL = "0-9零〇一二两三四五六七八九十百幺"
_DOOR = re.compile(
    rf"[A-Za-z]?[{_NUMERAL}]+\s*(?:号楼|栋|幢|座|#)(?:\s*[{_NUMERAL}]+\s*单元)?(?:\s*[{_NUMERAL}]+\s*(?:室|号|楼|层))?"
    rf"(?:\s*\d{{2,4}}(?!\d))?"
    rf"|[{_NUMERAL}]+\s*单元(?:\s*[{_NUMERAL}]+\s*(?:室|号|楼|层)?)?"
    rf"|[{_NUMERAL}]{{2,5}}\s*(?:室|房)"
    r"|\d{1,3}(?:\s*[-—－#]\s*\d{1,4}){1,3}"
    r"|(?<![\d.])\d{3,4}(?![\d.元块斤克米年])"
    r"|\b(?:building|block|bldg|unit|room|flat|apartment|apt)\.?\s*(?:no\.?\s*)?[A-Za-z]?\d+[A-Za-z]?\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?:\+?86[-\s]?)?(?<!\d)(?:1\d{2}[-\s]?\d{4}[-\s]?\d{4}|0\d{2,3}[-\s]?\d{7,8}|\d{7,8})(?!\d)")


def veiled(words: str) -> str:
    """The words with every telephone number and whatever names a door left out."""
    found = _DOOR.sub(HIDDEN, _PHONE.sub(HIDDEN, words))
    return re.sub(rf"{HIDDEN}(?:[\s,，、]*{HIDDEN})+", HIDDEN, found).strip()
