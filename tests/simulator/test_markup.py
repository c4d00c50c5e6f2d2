"""Formatted text: what becomes of it, and how Telegram complains."""

from typing import Any

import pytest

from simulator.errors import ApiError
from simulator.markup import formatted


def read(text: str, mode: str) -> tuple[str, list[tuple[Any, ...]]]:
    words = formatted(text, mode, None, 4096)
    extra = {"type", "offset", "length"}
    entities = [
        (each["type"], each["offset"], each["length"], *[each[key] for key in each if key not in extra])
        for each in words.entities
    ]
    return words.text, entities


@pytest.mark.parametrize(
    ("text", "plain", "entities"),
    [
        ("<b>粗</b>和<i>斜</i>", "粗和斜", [("bold", 0, 1), ("italic", 2, 1)]),
        ("<b>外<i>里</i></b>", "外里", [("bold", 0, 2), ("italic", 1, 1)]),
        ("😀<u>下</u>", "😀下", [("underline", 2, 1)]),
        ("1 &lt; 2 &amp; &quot;x&quot; &#20320;&nbsp;", '1 < 2 & "x" 你&nbsp;', []),
        ('<a href="https://a.cn/?x=1&amp;y=2">去</a>', "去", [("text_link", 0, 1, "https://a.cn/?x=1&y=2")]),
        ("<blockquote expandable>引</blockquote>", "引", [("expandable_blockquote", 0, 1)]),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1, "py")]),
        ('<span class="tg-spoiler">密</span>', "密", [("spoiler", 0, 1)]),
        ("  <b>两边</b> \n", "两边", [("bold", 0, 2)]),
        ("<b></b>空", "空", []),
        ("<a href=t.me>去</a >", "去", [("text_link", 0, 1, "http://t.me/")]),
        ('<a href="tg://user?id=7">她</a>', "她", [("text_mention", 0, 1, "tg://user?id=7")]),
        ('<tg-emoji emoji-id="5">👍</tg-emoji>', "👍", [("custom_emoji", 0, 2, "5")]),
        ('<tg-time unix="1700000000">昨天</tg-time>', "昨天", [("date_time", 0, 2, 1700000000)]),
        ("&quote; &ltx; &#128512;", "&quote; &ltx; 😀", []),
        ("<b>/help</b> @somebody", "/help @somebody", [("bold", 0, 5), ("bot_command", 0, 5), ("mention", 6, 9)]),
    ],
)
def test_it_reads_html(text: str, plain: str, entities: list[Any]) -> None:
    assert read(text, "HTML") == (plain, entities)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a<foo>b</foo>", 'Unsupported start tag "foo" at byte offset 1'),
        ("你<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("你<b>x</i>", 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("x<b", "Unclosed start tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("你<a href=x!>y</a>", "Unexpected end of name token at byte offset 11"),
        ('<tg-emoji emoji-id="x">👍</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_it_complains_of_bad_html(text: str, complaint: str) -> None:
    with pytest.raises(ApiError) as refused:
        read(text, "HTML")
    assert refused.value.description == f"Bad Request: can't parse entities: {complaint}"


@pytest.mark.parametrize(
    ("text", "plain", "entities"),
    [
        (
            r"*粗* _斜_ __下__ ~删~ ||密||",
            "粗 斜 下 删 密",
            ["bold", "italic", "underline", "strikethrough", "spoiler"],
        ),
        (r"10\.5 \- 好\!", "10.5 - 好!", []),
        ("*外_里_*", "外里", ["bold", "italic"]),
        (r"[去](https://a.cn/\)x)", "去", ["text_link"]),
        ("`a_b*c`", "a_b*c", ["code"]),
        ("```py\nx = 1\n```", "x = 1", ["pre"]),
        (">一\n>二\n三", "一\n二\n三", ["blockquote"]),
        (">一\n>二||", "一\n二", ["expandable_blockquote"]),
        (">一||\n二", "一\n二", ["expandable_blockquote"]),
        ("*粗\n>引\n还粗*", "粗\n引\n还粗", ["bold", "blockquote"]),
        (">一\n**>二", "一\n二", ["blockquote", "blockquote"]),
        ("![👍](tg://emoji?id=5)", "👍", ["custom_emoji"]),
        ("![昨天](tg://time?unix=1700000000&format=d)", "昨天", ["date_time"]),
        ("`a\\`b` ```\n码```", "a`b 码", ["code", "pre"]),
    ],
)
def test_it_reads_markdown_v2(text: str, plain: str, entities: list[str]) -> None:
    found = read(text, "MarkdownV2")
    assert (found[0], [each[0] for each in found[1]]) == (plain, entities)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("10.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("你*粗", "Can't find end of Bold entity at byte offset 3"),
        ("[去](https", "Can't find end of a URL at byte offset 6"),
        ("a>b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("a!", "Character '!' is reserved and must be escaped with the preceding '\\'"),
        ("*一\n二", "Can't find end of Bold entity at byte offset 0"),
        (">*一\n二*", "Can't find end of Bold entity at byte offset 1"),
        ("__一_", "Can't find end of Italic entity at byte offset 5"),
        ("```\na`b```", "Can't find end of Pre entity at byte offset 0"),
        ("![👍]", "The entity must contain a tg://emoji or tg://time URL"),
        ("![👍](https://a.cn)", "Invalid tg://emoji or tg://time URL specified"),
        ("a|b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
    ],
)
def test_it_complains_of_bad_markdown_v2(text: str, complaint: str) -> None:
    with pytest.raises(ApiError) as refused:
        read(text, "MarkdownV2")
    assert refused.value.description == f"Bad Request: can't parse entities: {complaint}"


def test_it_reads_the_old_markdown() -> None:
    text, entities = read(r"*粗* _斜_ `码` [去](https://a.cn) \_ 10.5", "Markdown")
    assert text == "粗 斜 码 去 _ 10.5"
    assert [each[0] for each in entities] == ["bold", "italic", "code", "text_link"]


def test_it_complains_of_an_open_mark_in_the_old_markdown() -> None:
    with pytest.raises(ApiError, match="Can't find end of the entity starting at byte offset 3"):
        read("你*粗", "Markdown")


def test_it_cleans_control_characters_and_marks_of_direction() -> None:
    assert read("a\u202eb\x00c\r\n d", "HTML")[0] == "ab c\n d"


@pytest.mark.parametrize(
    ("offset", "size", "complaint"),
    [
        (5, 1, "entity begins after the end of the text at UTF-16 offset 5"),
        (1, 4, "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 5"),
    ],
)
def test_it_refuses_entities_that_leave_the_text(offset: int, size: int, complaint: str) -> None:
    with pytest.raises(ApiError) as refused:
        formatted("😀二", None, [{"type": "bold", "offset": offset, "length": size}], 4096)
    assert refused.value.description == f"Bad Request: {complaint}"


def test_it_takes_entities_that_end_with_the_text() -> None:
    bold = {"type": "bold", "offset": 0, "length": 3}
    assert formatted("😀二", None, [bold, {**bold, "length": 0}], 4096).entities == [bold]
