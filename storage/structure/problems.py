"""What can be wrong with an import: one `Problem` per wrong cell, row, sheet or file, as a code and parameters.

The sentences stand in the texts (`import.toml`), so that the same problem can be told in every language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a file, a sheet, a row or a cell cannot be imported."""

    # the file
    NOT_FOUND = "not_found"
    UNKNOWN_FORMAT = "unknown_format"
    OLD_FORMAT = "old_format"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    DAMAGED = "damaged"
    PROTECTED = "protected"
    NO_SHEETS = "no_sheets"
    # a sheet
    MISSING_SHEET = "missing_sheet"
    UNKNOWN_SHEET = "unknown_sheet"
    DUPLICATE_SHEET = "duplicate_sheet"
    EMPTY_SHEET = "empty_sheet"
    NO_ROWS = "no_rows"
    WRONG_ENCODING = "wrong_encoding"
    WRONG_SEPARATOR = "wrong_separator"
    BROKEN_QUOTES = "broken_quotes"
    MERGED_CELLS = "merged_cells"
    # its header
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    DUPLICATE_COLUMN = "duplicate_column"
    EMPTY_HEADER = "empty_header"
    TOO_MANY_COLUMNS = "too_many_columns"
    # a cell
    EXTRA_CELLS = "extra_cells"
    FORMULA = "formula"
    CELL_ERROR = "cell_error"
    CONTROL_CHARACTER = "control_character"
    REQUIRED = "required"
    TOO_LONG = "too_long"
    BAD_CODE = "bad_code"
    BAD_NUMBER = "bad_number"
    ZERO = "zero"
    BAD_FLAG = "bad_flag"
    BAD_DATE = "bad_date"
    BAD_DAYS = "bad_days"
    BAD_CLOCK = "bad_clock"
    BAD_PHONE = "bad_phone"
    BAD_HOTLINE = "bad_hotline"
    BAD_TELEGRAM_ID = "bad_telegram_id"
    BAD_LANGUAGE = "bad_language"
    BAD_LATITUDE = "bad_latitude"
    BAD_LONGITUDE = "bad_longitude"
    HALF_POSITION = "half_position"
    BAD_LIMIT = "bad_limit"
    BAD_CHAIN = "bad_chain"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_ROLE = "unknown_role"
    NOT_ONE_OF = "not_one_of"
    # a row
    ENDS_TOO_EARLY = "ends_too_early"
    NOTHING_TO_TELL = "nothing_to_tell"
    NO_HALL = "no_hall"
    NOT_BOOKED = "not_booked"
    # rows together
    DUPLICATE_CODE = "duplicate_code"
    DUPLICATE_ROW = "duplicate_row"
    DUPLICATE_NUMBER = "duplicate_number"
    DUPLICATE_TELEGRAM_ID = "duplicate_telegram_id"
    UNKNOWN_REFERENCE = "unknown_reference"
    PARENT_CYCLE = "parent_cycle"
    WRONG_PARENT = "wrong_parent"
    NOT_A_GRID = "not_a_grid"
    NO_GRID_HERE = "no_grid_here"
    MISSING_KIND = "missing_kind"
    NO_CATCH_ALL = "no_catch_all"
    # against what the database holds
    TELEGRAM_ID_TAKEN = "telegram_id_taken"
    KIND_IN_USE = "kind_in_use"
    STILL_BOOKED = "still_booked"
    STILL_NAMED = "still_named"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right; `row` counts from 1 as spreadsheets do, None where a whole sheet or file is meant."""

    reason: Reason
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


class StructureError(Exception):
    """The structure cannot be imported; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(sorted({problem.reason for problem in self.problems})))
