"""Who has 全程代办 by default: people for whom somebody sees a matter through from door to door."""

from enum import StrEnum


class SupportReason(StrEnum):
    """Why; shown to nobody but those who keep the register."""

    DISABLED = "disabled"
    UNABLE = "unable"  # cannot do it themselves: age, illness, nobody at hand
    LOW_INCOME = "low_income"
