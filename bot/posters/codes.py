"""A QR code as rows of dark runs, for both ways of drawing."""

from collections.abc import Iterator
from itertools import groupby

import segno

ERROR_LEVEL = "q"  # a quarter may be torn, wet or scribbled on


def dark_runs(content: str) -> tuple[int, Iterator[tuple[int, int, int]]]:
    """The number of modules along a side, and (row, first column, length) of each run of dark modules."""
    matrix = segno.make(content, error=ERROR_LEVEL, micro=False).matrix
    return len(matrix), _runs(matrix)


def _runs(matrix: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    for row, modules in enumerate(matrix):
        column = 0
        for is_dark, run in groupby(modules):
            length = len(list(run))
            if is_dark:
                yield row, column, length
            column += length
