"""Writes the pictures down: one page a language, GitHub's Markdown, buttons as keys in their rows."""

import re
from collections.abc import Sequence

from .film import Bubble, Shot, Words

HEAD: Words = (
    """# 每一个画面

[English](screens.md)

这一页是机器人自己说的话：把每个流程真的走一遍，一步拍一张，所以顺序、文字和按钮都和手机上一样。
灰底的小字是这句话在 [`bot/texts/zh-CN`](../bot/texts/zh-CN) 里的名字。`make docs` 重新生成；过时了测试会报错。
没有账号也想自己点点看：`make demo`。
""",
    """# Every screen

[中文](screens.zh-CN.md)

What the bot says itself: every flow is played through and photographed step by step, so order, words and buttons are
those on a telephone. The small grey names are those of the sentences in [`bot/texts/en`](../bot/texts/en). `make docs`
writes the page again, and a test fails when it is out of date. To try it yourself, without an account: `make demo`.
""",
)
CHANGED: Words = ("上面的消息变成：", "The message above turns into:")
KEYBOARD: Words = ("聊天下方的大按钮：", "The big buttons below the chat:")
ALERT: Words = ("屏幕上闪过一行：", "A line over the chat:")
HOLDS: dict[str, Words] = {
    "photo": ("🖼 照片", "🖼 picture"),
    "document": ("📎 文件", "📎 file"),
    "voice": ("🎤 语音", "🎤 voice message"),
    "video": ("🎞 视频", "🎞 video"),
    "location": ("📍 位置", "📍 position"),
}
_CODE = re.compile(r"(start=[a-z])[\w-]+")
_MARKS = re.compile(r"([\\`*_\[\]~#|])|(?<=^)([+-])(?=\s)|(?<=^\d)([.])", re.MULTILINE)


def chosen(words: Words, language: str) -> str:
    """One of the two."""
    return words[language == "en"]


def drawn(number: str, shot: Shot, language: str) -> str:
    """One picture."""
    lines = [f"### {number} {chosen(shot.name, language)}", _when(chosen(shot.when, language), shot.keys, language)]
    for bubble in shot.bubbles:
        if bubble.is_changed:
            lines.append(chosen(CHANGED, language))
        lines.append(_bubble(bubble, language))
    if shot.alert is not None:
        lines += [chosen(ALERT, language), _quoted(_escaped(shot.alert))]
    if shot.keyboard is not None:
        lines += [chosen(KEYBOARD, language), _rows(shot.keyboard)]
    return "\n\n".join(lines)


def quotation(html: str, when: str, key: str, language: str) -> str:
    """One line by itself."""
    return f"{_when(when, [key], language)}\n\n{_quoted(_escaped(html))}"


def _when(said: str, keys: Sequence[str], language: str) -> str:
    """When it comes, as a sentence, and the names of its texts."""
    names = " ".join(f"`{key}`" for key in keys)
    return f"*{said[0].upper()}{said[1:]}{'.' if language == 'en' else '。'}* {names}".rstrip()


def _bubble(bubble: Bubble, language: str) -> str:
    held = [chosen(HOLDS[bubble.holds], language)] if bubble.holds else []
    parts = [*held, *([_escaped(bubble.html)] if bubble.html else []), *([_rows(bubble.rows)] if bubble.rows else [])]
    return _quoted("\n\n".join(parts))


def _escaped(text: str) -> str:
    """Telegram's HTML is GitHub's too; what Markdown would read as a mark is shown as it is, codes are not."""
    return _MARKS.sub(lambda found: "\\" + found[0], _CODE.sub(r"\1…", text))


def _quoted(text: str) -> str:
    """A quotation, whose lines end where they end."""
    lines = text.strip().split("\n")
    ends = [
        f"{line}<br>" if line and after and not line.endswith("<br>") else line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "\n".join(f"> {line}".rstrip() for line in ends)


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "<br>\n".join(" ".join(f"<kbd>{_key(label)}</kbd>" for label in row) for row in rows)


def _key(label: str) -> str:
    return _escaped(label.replace("&", "&amp;").replace("<", "&lt;"))


def contents(titles: Sequence[str]) -> str:
    """The list of chapters, as links."""
    return "\n".join(f"{number}. [{title}](#{_slug(f'{number}. {title}')})" for number, title in enumerate(titles, 1))


def _slug(title: str) -> str:
    """What GitHub calls a heading in an address."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
