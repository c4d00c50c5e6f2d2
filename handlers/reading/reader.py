"""The reader that works from word lists: intent, kind, danger, place and flags of a resident's first words."""

import re
from functools import lru_cache

from handlers.reading.danger import Finding, danger_lexicon
from handlers.reading.lexicon import flag, scorer
from handlers.reading.model import CONFIDENTIAL_KINDS, KINDS, Danger, Intent, Reading
from handlers.reading.place import read_place
from handlers.reading.text import tidy

_STRANGER = re.compile(
    r"有(?:\w{0,4})人|有个|有条|(?:几|两|一)个(?!人)|里[面头]有|困人|隔壁|对门|对面|邻居|楼上|楼下|路边|路上|小区|广场|谁家|人家"
    r"|[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗](?:婆婆|奶奶|爷爷|大爷|大妈|阿姨|叔叔?|婶婶?|伯伯?)"
    r"|\b(?:someone|somebody|people|men|a (?:man|woman|child|kid|boy|girl)|neighbou?r|upstairs|next door)\b"
    r"|\bold (?:lady|man|mr|mrs)\b"
)
"""Words of one who sees it happen to others; without them the person in danger is the writer or one of the family."""
_REPORT_SHARE = 0.9
"""A problem of some kind is half a report: this share of the kind's points counts for the intent."""
_REPORT_CAP = 7.0
_REMEMBERED = 64
_SMALL = 4.0
"""Points that stand for "something else": with little evidence nothing is sure."""
_SURE = 0.55
_SHORT = 3
"""Without a known word, up to so many characters are chatter and more is taken for a report; neither is sure."""
_OTHERS_SHARE = 0.45
_KIND_OF_INTENT = {Intent.QUESTION: "question", Intent.SUGGESTION: "suggestion"}


def _top_two(points: dict[str, float]) -> tuple[str, float, float]:
    """The label with the most points, its points, and those of the next one."""
    ranked = sorted(points.items(), key=lambda item: -item[1])
    return ranked[0][0], ranked[0][1], ranked[1][1]


def _confidence(first: float, second: float) -> float:
    """0…1: how much of the evidence speaks for the first label."""
    return first / (first + second + _SMALL) if first > 0 else 0.0


class LexiconReader:
    """Reads by weighted word lists and rules that are kept as data; pure and offline, about a millisecond a message.

    The lists become expressions with the first message that is read: a bot that starts takes messages in before.
    """

    def __init__(self) -> None:
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def read(self, text: str) -> Reading:
        """Read one message; any text at all gives a reading, an empty or strange one an unsure one.

        The last readings are remembered: one update asks more than once about the same words.
        """
        return self._remembered(text)

    def _read(self, text: str) -> Reading:
        words = tidy(text)
        finding = danger_lexicon().find(words)
        kinds = scorer("kind").scores(words)
        intent, intent_confidence = self._intent(words, finding, max(kinds.values()))
        kind, kind_confidence, others = self._kind(intent, finding, kinds)
        place = read_place(words)
        wants_anonymity = bool(flag("anonymity").search(words))
        is_confidential = wants_anonymity or kind in CONFIDENTIAL_KINDS or bool(flag("confidential").search(words))
        return Reading(
            intent=intent,
            intent_sure=intent_confidence >= _SURE,
            kind=kind,
            kind_sure=min(intent_confidence, kind_confidence) >= _SURE,
            danger=finding.danger,
            address=place.address,
            spot=place.spot,
            is_confidential=is_confidential,
            is_for_other=bool(flag("other").search(words)),
            wants_anonymity=wants_anonymity,
            others=others,
            confidence=round(min(intent_confidence, kind_confidence), 3),
        )

    def _intent(self, words: str, finding: Finding, kind_points: float) -> tuple[Intent, float]:
        points = scorer("intent").scores(words)
        if finding.danger is Danger.YES:
            is_call = points["sos"] > 0 or (finding.is_personal and not _STRANGER.search(words))
            return (Intent.SOS if is_call else Intent.REPORT), 0.9
        points["report"] += min(_REPORT_CAP, _REPORT_SHARE * kind_points)
        label, first, second = _top_two(points)
        if first == 0:
            return Intent.REPORT if len(words) > _SHORT else Intent.SMALLTALK, 0.0
        return Intent(label), _confidence(first, second)

    @staticmethod
    def _kind(intent: Intent, finding: Finding, points: dict[str, float]) -> tuple[str | None, float, tuple[str, ...]]:
        """The kind, how sure it is, and the other kinds that were mentioned, the most urgent first."""
        label, first, second = _top_two(points)
        mentioned = [kind for kind in KINDS if points.get(kind, 0.0) > max(2.0, _OTHERS_SHARE * first)]
        if intent in _KIND_OF_INTENT:
            chosen, confidence = _KIND_OF_INTENT[intent], 1.0
        elif intent not in {Intent.REPORT, Intent.SOS}:
            return None, 1.0, tuple(mentioned)
        elif finding.danger is Danger.YES or intent is Intent.SOS:
            chosen, confidence = "danger", 0.95
        elif first == 0:
            chosen, confidence = None, 0.0
        else:
            chosen, confidence = label, _confidence(first, second)
        return chosen, confidence, tuple(kind for kind in mentioned if kind != chosen)
