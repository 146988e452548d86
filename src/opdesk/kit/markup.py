"""HTML of other people's systems, as a person would read it aloud: plain text."""

import html
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|center|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|"
    r"script|strong|style|sub|sup|table|tbody|td|th|tr|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    "blockquote br center div h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul".split()  # noqa: SIM905
)
_UNSEEN = frozenset(("script", "style", "template", "title"))
_BLANKS = re.compile(r"[^\S\n]+")
_AROUND_BREAKS = re.compile(r" *\n *")
_MANY_BREAKS = re.compile(r"\n{3,}")
MAX_CHARS = 50_000
"""Longer texts stay as they are: reading their markup would hold everyone else up."""
_LINK_PARTS = 50
"""A link's own texts that its address is looked for in."""


def plain_text(text: str) -> str:
    """The text without its markup; one that has none keeps its line breaks and its `<`.

    Blocks and `<br>` break the line; a link that is called otherwise keeps its address in brackets.
    """
    if len(text) > MAX_CHARS or _TAG.search(text) is None:
        return html.unescape(text)
    # Within an element of ours, so that the parser never takes a text for a file's name.
    soup = BeautifulSoup(f"<div>{text.replace(chr(10), ' ')}</div>", "html.parser")
    read = _AROUND_BREAKS.sub("\n", _BLANKS.sub(" ", "".join(_parts(soup))))
    return _MANY_BREAKS.sub("\n\n", read).strip()


def _parts(soup: BeautifulSoup) -> list[str]:
    """The texts in their order; elements may be nested as deep as the text is long."""
    parts: list[str] = []
    opened: list[tuple[Tag, Iterator[PageElement], int]] = [(soup, iter(soup.contents), 0)]
    while opened:
        tag, children, start = opened[-1]
        node = next(children, None)
        if node is None:
            parts.append(_ending(tag, parts[start : start + _LINK_PARTS]))
            opened.pop()
        elif isinstance(node, Tag):
            if node.name not in _UNSEEN:
                opened.append((node, iter(node.contents), len(parts)))
                parts.append("\n" if node.name in _BLOCKS else "")
        elif type(node) is NavigableString:  # and no comment, which is a kind of it
            parts.append(node)
    return parts


def _ending(tag: Tag, texts: list[str]) -> str:
    if tag.name in _BLOCKS:
        return "\n" if tag.contents else ""
    address = str(tag.get("href") or "") if tag.name == "a" else ""
    is_told = not address.startswith(("http://", "https://")) or address in "".join(texts)
    return "" if is_told else f" ({address})"
