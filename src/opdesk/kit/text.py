"""Texts as we keep them: NFC, newlines as LF, no control characters."""

import json
import re
import unicodedata

from opdesk.kit.errors import Invalid

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


def text_in(field: str, given: str, most: int, *, least: int = 1, multiline: bool = False) -> str:
    """A caller's text as it is kept: trimmed, `least` to `most` characters. Raises Invalid."""
    try:
        cleaned = clean_ours(given, multiline=multiline).strip()
    except ValueError as error:
        raise Invalid.field(field, str(error)) from error
    if not least <= len(cleaned) <= most:
        raise Invalid.field(field, f"must have {least} to {most} characters")
    return cleaned


def matching_key(text: str) -> str:
    """What a text is compared by, ignoring case; characters that we never keep are line breaks."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", _REFUSED.sub("\n", folded))


def _unified_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
