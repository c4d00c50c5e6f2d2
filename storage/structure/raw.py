"""What both kinds of files are read into: numbered rows of text cells, or a problem in place of one."""

import unicodedata
from collections.abc import Iterable, Iterator

from .problems import Problem, Reason

MAX_ROWS = 200_000
MAX_COLUMNS = 40

NumberedRow = tuple[int, list[str]]
CellRows = Iterable[NumberedRow | Problem]


def column_letter(index: int) -> str:
    """The letter that a spreadsheet shows for the column at `index` (from 0)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def bounded(rows: CellRows, sheet: str) -> Iterator[NumberedRow | Problem]:
    """Pass rows on with their cells stripped; a control character or a row that is too wide becomes a problem."""
    for item in rows:
        if isinstance(item, Problem):
            yield item
            continue
        number, cells = item
        texts = [cell.strip() for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) > MAX_COLUMNS:
            yield Problem(Reason.TOO_MANY_COLUMNS, sheet, number, params={"columns": MAX_COLUMNS})
            continue
        for index, text in enumerate(texts):
            if not text.isprintable() and any(unicodedata.category(char) == "Cc" for char in text):
                yield Problem(Reason.CONTROL_CHARACTER, sheet, number, column_letter(index))
                texts[index] = "".join(char for char in text if unicodedata.category(char) != "Cc")
        yield number, texts
