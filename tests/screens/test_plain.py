"""What residents read is short and leads on: counted as the page of screens shows it, nobody's own words included."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

import pytest

from bot.texts import LANGUAGES, Texts, sources
from docs.screens import rare
from docs.screens.examples import NOW
from simulator.markup_html import parse_html

from .test_rendering import filled_with
from .test_texts import is_for_residents

TEXTS = Texts()
ENDS = re.compile(r"[。！？]|[.!?](?=\s|”|$)")
MOST_SENTENCES = 2
TO_STAFF = (
    *("notices.", "filing.", "owner.", "refused.cannot", "refused.out", "refused.own_role", "welcome.role_given"),
    *(
        "papers.staff_",
        "claim.staff_",
        "helper.staff_",
        "points.staff_",
        "danger.ask",
        "danger.day",
        "danger.raised",
        "danger.arrived",
    ),
    "danger.controlled",
)
YET_TO_RESIDENTS = ("notices.counted", "notices.activities", "notices.said", "filing.filed_for_you")
MOST_CHARACTERS: Mapping[str, int] = {"zh-CN": 100, "en": 220}
LONGER: Mapping[str, str] = {
    "privacy.ask": "three lines on privacy and the question, once in a life",
    "privacy.notice": "a page to read, not a question",
    "privacy.leave": "what cannot be taken back is told in full",
    "privacy.leave_again": "the last question before it cannot be taken back",
    "privacy.export": "goes with a file to take home",
    "card.resident": "a card of lines, the newest state among them",
    "card.booking_resident": "a card of lines, the newest state among them",
    "card.order_asker": "a card of lines, the newest state among them",
    "card.order_helper": "a card of lines, the newest state among them",
    "card.order_open": "a card of lines, the newest state among them",
    "report.confirm": "a card of lines",
    "order.confirm": "a card of lines",
    "book.confirm": "a card of lines",
    "me.card": "a card of lines",
    "family.list": "lists both sides",
    "helper.card": "a card of lines",
    "helper.open": "a list of what is open",
    "helper.talent": "a card of lines",
    "helper.team": "lists who is in it",
    "points.mine": "a list of what came and went",
    "points.ranking": "a list of who earned most",
    "papers.told": "a list to keep",
    "papers.ask_taken": "what is taken along stands on it, one by one",
    "papers.ask_returned": "what is given back stands on it, one by one",
    "notices.said": "somebody else's words; ours are the warning below",
}
WIDEST = 12
"""A label alone in its row on a telephone of 360 pixels, in Chinese characters; a Latin letter is half as wide."""
NAMED = re.compile(r"[「“]([^」”{\d]+)[」”]")
WORDS_TO_SAY = {"my data", "delete my data"}
PICTURE = re.compile("[\u2139\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")


def for_residents() -> list[str]:
    """The messages that a resident may get."""
    own = (key for key in rare.messages() if is_for_residents(key))
    return sorted(key for key in own if key.startswith(YET_TO_RESIDENTS) or not key.startswith(TO_STAFF))


def seen(language: str, key: str) -> str:
    """A text as it is read, with one short word for whatever somebody wrote."""
    return parse_html(TEXTS.render(language, key, filled_with("好", key), NOW))[0].strip()


def sentences(text: str) -> int:
    """How many sentences there are; what has no end counts too."""
    return len([one for one in ENDS.split(text) if re.search(r"\w", one)])


def width(label: str) -> float:
    """How wide a label is, in Chinese characters, without its picture."""
    return sum(1 if unicodedata.east_asian_width(one) in "WF" else 0.5 for one in PICTURE.sub("", label).strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_at_most_two_short_sentences(language: str) -> None:
    short = [(key, seen(language, key)) for key in for_residents() if key not in LONGER]
    assert [(key, text) for key, text in short if sentences(text) > MOST_SENTENCES] == []
    assert [(key, text) for key, text in short if len(text) > MOST_CHARACTERS[language]] == []


def test_it_needs_every_exception() -> None:
    assert set(LONGER) <= set(for_residents())


def test_it_calls_a_resident_by_the_polite_word() -> None:
    said = [(key, sources("zh-CN")[key]) for key in rare.messages() | {"menu.description"}]
    assert [key for key, text in said if "你" in text] == []


def labels(language: str) -> Iterator[tuple[str, str]]:
    """The labels that name nothing."""
    for key, text in sources(language).items():
        if key.startswith("button.") and "{" not in text:
            yield key, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_labels_buttons_so_that_they_fit_a_small_telephone(language: str) -> None:
    assert [(key, text) for key, text in labels(language) if width(text) > WIDEST] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_only_buttons_that_there_are(language: str) -> None:
    labelled = {PICTURE.sub("", text).strip() for _key, text in labels(language)} | WORDS_TO_SAY
    named = [(key, one) for key in sorted(rare.messages()) for one in NAMED.findall(sources(language)[key])]
    assert [(key, one) for key, one in named if one not in labelled] == []
