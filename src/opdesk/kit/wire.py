"""JSON as the contract wants it: camelCase out, names in any case in, strict numbers, UTC times."""

import json
import re
import types
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import (
    Annotated,
    Any,
    ClassVar,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from opdesk.kit.errors import Invalid

T = TypeVar("T")
MAX_ID = 2**53 - 1
Id = Annotated[int, msgspec.Meta(ge=1, le=MAX_ID)]
_DECIMAL = re.compile(r"-?[0-9]{1,20}\Z")
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SURROGATE = re.compile("[\ud800-\udfff]")
_STEP = re.compile(r"\.\w+|\[\d+\]|\[\.\.\.\]")
_PLACE = re.compile(r" - at `(?P<path>.*)`$")


class Wire(msgspec.Struct, rename="camel", kw_only=True):
    """Base of every JSON shape. `example` is what Swagger shows; a test asks for it."""

    example: ClassVar[Mapping[str, Any]]


class WireIn(Wire, forbid_unknown_fields=True):
    """Base of what callers send. Forbidding unknown names only picks the slow path of `decode`,

    which drops them: a name in another case would otherwise be taken for an unknown one.
    """


def decode(body: bytes, kind: type[T]) -> T:
    """Read a body: property names in any case, unknown ones ignored, decimal strings as integers.

    Raises Invalid, naming the place.
    """
    try:
        found = _decoder(cast("Any", kind)).decode(body)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError, UnicodeError):
        found = _decode_slowly(body, kind)
    return cast("T", found)


def time_out(ms: int) -> str:
    """`2024-12-28T14:04:15.861Z`."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def time_or_none(ms: int | None) -> str | None:
    return None if ms is None else time_out(ms)


def time_in(text: str, name: str) -> int:
    """Milliseconds of an ISO 8601 time; one without an offset is UTC. Raises Invalid."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise Invalid.field(name, "must be an ISO 8601 time, like 2025-01-20T14:33:34Z") from error


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _decode_slowly(body: bytes, kind: Any) -> Any:
    folded = _folded(_loosely(body.removeprefix(_BYTE_ORDER_MARK), kind), kind)
    try:
        return msgspec.convert(folded, kind)
    except msgspec.ValidationError as error:
        raise _as_invalid(error, folded, kind) from error


def _loosely(body: bytes, kind: Any) -> Any:
    """Any JSON. Raises Invalid naming `body`, or the text with a character that can't be."""
    if not body.strip():
        raise Invalid.field("body", "is empty")
    try:
        return msgspec.json.decode(body)
    except RecursionError as error:
        raise Invalid.field("body", "is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeError) as error:
        if found := _lone_surrogate(body, kind):
            path, character = found
            problem = f"must not contain the character U+{ord(character):04X}"
            raise Invalid.field(path.removeprefix(".") or "body", problem) from error
        raise Invalid.field("body", f"is not JSON: {error}") from error


def _lone_surrogate(body: bytes, kind: Any) -> tuple[str, str] | None:
    """(path, character) of half a character: Python's own parser takes it, ours does not."""
    try:
        loose = json.loads(body)
        return _surrogate_in(_folded(loose, kind)) or _surrogate_in(loose)
    except (ValueError, RecursionError):
        return None


def _surrogate_in(value: Any, path: str = "") -> tuple[str, str] | None:
    if isinstance(value, str):
        found = _SURROGATE.search(value)
        return (path, found[0]) if found else None
    if isinstance(value, dict):
        # A name that can't be written can't be named either.
        inside = [_surrogate_in(name, path) for name in value]
        inside += [_surrogate_in(item, f"{path}.{name}") for name, item in value.items()]
    elif isinstance(value, list):
        inside = [_surrogate_in(item, f"{path}[{index}]") for index, item in enumerate(value)]
    else:
        return None
    return next((one for one in inside if one), None)


def _as_invalid(error: msgspec.ValidationError, value: Any, kind: Any) -> Invalid:
    """`Expected `int`, got `str` - at `$[3].organizationId`` -> field `[3].organizationId`."""
    text = str(error)
    place = _PLACE.search(text)
    problem = _PLACE.sub("", text)
    missing = re.search(r"missing required field `(\w+)`", problem)
    path = _with_free_names(place["path"], value, kind).removeprefix(".") if place else ""
    if missing:
        path, problem = f"{path}.{missing[1]}".removeprefix("."), "is required"
    return Invalid.field(path or "body", _plain_words(problem))


def _with_free_names(path: str, value: Any, kind: Any) -> str:
    """The path to a culprit; where msgspec says `[...]`, its name in an object of free names."""
    found = ""
    for step in _STEP.findall(path):
        kind = _plain(kind)
        if step == "[...]":
            kind = get_args(kind)[1]
            name = next(name for name, item in value.items() if not _fits(item, kind))
            value = value[name]
            found += f".{name}"
            continue
        if step.startswith("["):
            kind, value = get_args(kind)[0], value[int(step[1:-1])]
        else:
            kind, value = _fields(kind)[step[1:].lower()][1], value[step[1:]]
        found += step
    return found


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _plain_words(problem: str) -> str:
    """msgspec's words for programmers as words for everyone: "must be text", "is required"."""
    length = re.match(r"Expected `str` of length (>=|<=) (\d+)", problem)
    if length:
        return f"must have at {'least' if length[1] == '>=' else 'most'} {length[2]} characters"
    kinds = re.match(r"Expected `([^`]+)`(?: (>=|<=) (-?\d+)|, got `([^`]+)`)?", problem)
    if kinds is None:
        return problem.replace("`", "'")
    wanted, side, bound, got = kinds.groups()
    if side:
        return f"must be at {'least' if side == '>=' else 'most'} {bound}"
    words = [_KINDS.get(part.strip(), part.strip()) for part in wanted.split("|")]
    return f"must be {' or '.join(words)}" + (f", not {_KINDS.get(got, got)}" if got else "")


def _folded(value: Any, kind: Any) -> Any:
    """`value` with each struct's names spelled as we spell them, strangers dropped."""
    kind = _plain(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        fields = _fields(kind)
        known = ((fields.get(name.lower()), item) for name, item in value.items())
        return {field[0]: _folded(item, field[1]) for field, item in known if field}
    if get_origin(kind) is list and isinstance(value, list):
        (inner,) = get_args(kind)
        return [_folded(item, inner) for item in value]
    if kind is int and isinstance(value, str) and _DECIMAL.match(value):
        return int(value)
    return value


def _plain(kind: Any) -> Any:
    """The type without `Annotated`, `| None` and `| UnsetType`."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (types.UnionType, Union):
        inner = [part for part in get_args(kind) if part not in (type(None), msgspec.UnsetType)]
        return _plain(inner[0]) if len(inner) == 1 else kind
    return kind


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, tuple[str, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    return {f.encode_name.lower(): (f.encode_name, hints[f.name]) for f in fields}
