"""Texts as we keep them: NFC, newlines as LF, no control characters."""

import json
import re
import unicodedata

# Categories Cc (NUL among them) and Cs (lone surrogates); both sets are closed in Unicode.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_REFUSED_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean_foreign(text: str) -> str:
    """A platform's text: what we do not keep is dropped, because a message is never refused."""
    return unicodedata.normalize("NFC", _REFUSED_IN_TEXT.sub("", _unified_newlines(text)))


def readable_json(body: bytes) -> bytes:
    """A platform's JSON for a strict reader: bytes and characters that are no text are dropped.

    For a body that was refused as it came. Raises ValueError for what is no JSON at all.
    """
    loose = json.loads(body.decode("utf-8-sig", "ignore"), strict=False)
    return json.dumps(loose, ensure_ascii=False).encode("utf-8", "ignore")


def clean_ours(text: str, *, multiline: bool) -> str:
    """A caller's text. Raises ValueError with words for the caller."""
    unified = _unified_newlines(text)
    refused = (_REFUSED_IN_TEXT if multiline else _REFUSED).search(unified)
    if refused is not None:
        raise ValueError(f"must not contain the character U+{ord(refused[0]):04X}")
    return unicodedata.normalize("NFC", unified)


def matching_key(text: str) -> str:
    """What a text is compared by, ignoring case; characters that we never keep are line breaks."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", _REFUSED.sub("\n", folded))


def _unified_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


MIN_PHONE_FRAGMENT = 4
MAX_WORD_CHARS = 64
_APOSTROPHES = str.maketrans(dict.fromkeys("'ʼ’`´‘", ""))
_WORD = re.compile(r"\w+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{2,}\d")
_ASKED_PHONE = re.compile(rf"(?<!\w){_PHONE.pattern}(?!\w)")
MAX_GROUPED_DIGITS = 32
"""More digits in a row of groups are no number: they are words of their own."""
_WHOLE_NUMBER_DIGITS = 9


def search_words(text: str) -> set[str]:
    """The words that `text` is found by: folded, without apostrophes, phones as bare digits.

    Both databases index what this gives, so both find the same. `+380 50 123-45-67` is found by
    any run of 4 or more of its digits from a group's start or by its national spelling.
    """
    folded = _folded(text)
    words = {word[:MAX_WORD_CHARS] for word in _WORD.findall(folded)}
    for phone in _PHONE.findall(folded):
        digits = _digits(phone)
        words |= phone_words(digits) if len(digits) <= MAX_GROUPED_DIGITS else set()
    return words


def asked_words(text: str) -> set[str]:
    """The words to look for, each as the beginning of one of `search_words`.

    A number in groups (`067 111 22 33`) is one word, and a whole one has no zeros before it: so
    every spelling of a phone finds it, national or not.
    """
    asked: set[str] = set()

    def take(found: re.Match[str]) -> str:
        groups, digits = re.findall(r"\d+", found[0]), _digits(found[0])
        is_one = len(groups) == 1 or max(map(len, groups)) < _WHOLE_NUMBER_DIGITS
        if not is_one or not MIN_PHONE_FRAGMENT <= len(digits) <= MAX_GROUPED_DIGITS:
            return found[0]
        asked.add(digits.lstrip("0") if len(digits) >= _WHOLE_NUMBER_DIGITS else digits)
        return " "

    rest = _ASKED_PHONE.sub(take, _folded(text))
    return {word[:MAX_WORD_CHARS] for word in _WORD.findall(rest)} | asked - {""}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def phone_words(phone: str) -> set[str]:
    """Every ending of a phone's digits that a prefix search may begin at."""
    digits = _digits(phone)
    return {digits[start:] for start in range(len(digits) - MIN_PHONE_FRAGMENT + 1)}
