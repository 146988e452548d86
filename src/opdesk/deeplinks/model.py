"""What a deep link asks for, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl

from opdesk.channels.model import Channel
from opdesk.chats.model import Chat

PARAMETERS = ("chat_raw_id", "phone", "from", "source", "token")
MAX_PARAMETER_CHARS = 300


@dataclass(frozen=True, slots=True)
class Target:
    """The parameters of a link as they came; None is one that it does not have."""

    chat_id: str | None = None
    phone: str | None = None
    sender: str | None = None
    source: str | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing in particular is asked for: the desk itself opens."""
        return not (self.chat_id or self.phone)


@dataclass(frozen=True, slots=True)
class Query:
    """A link's query as the server reads it: of a name that stands twice, the first one counts.

    `repeated` and `unknown` are names that change nothing: a link's author may wonder about them.
    """

    target: Target
    token: str | None
    repeated: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_query(query: bytes) -> Query:
    """Parameter names match in any case; an empty one is one that the link does not have."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    known: dict[str, list[str]] = {}
    unknown: dict[str, None] = {}
    for name, value in pairs:
        if name.lower() in PARAMETERS:
            known.setdefault(name.lower(), []).append(value)
        else:
            unknown[name[:MAX_PARAMETER_CHARS]] = None
    given = {name: values[0] for name, values in known.items() if values[0]}
    short = {name: value[:MAX_PARAMETER_CHARS] for name, value in given.items() if name != "token"}
    return Query(
        Target(
            short.get("chat_raw_id"), short.get("phone"), short.get("from"), short.get("source")
        ),
        given.get("token"),
        tuple(name for name, values in known.items() if len(values) > 1),
        tuple(unknown),
    )


class LinkProblem(StrEnum):
    """Why a link can't lead anywhere."""

    CHAT_NOT_FOUND = "chat_not_found"
    BAD_CHAT_ID = "bad_chat_id"
    BAD_PHONE = "bad_phone"
    UNKNOWN_SOURCE = "unknown_source"
    EXPIRED = "expired"


class Rule(StrEnum):
    """What a link is read by, in this order."""

    ADDRESS = "address"
    PARAMETERS = "parameters"
    TOKEN = "token"  # noqa: S105  the parameter's name
    OPERATOR = "operator"
    CHAT_ID = "chat_raw_id"
    SOURCE = "source"
    PHONE = "phone"
    SENDER = "from"
    CHATS = "chats"
    RESULT = "result"


class Outcome(StrEnum):
    OK = "ok"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one rule: `code` has its words in the dashboard, `params` what it is about."""

    rule: Rule
    outcome: Outcome
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a link leads. `others` are further chats of the same phone, newest activity first.

    With neither a chat nor a problem there is none yet: `phone` (E.164) could be written to on
    those of `channels` that may write first; what the link asks for comes first among them.
    `steps` say how it came to that.
    """

    chat_id: int | None = None
    others: tuple[Chat, ...] = ()
    phone: str | None = None
    channels: tuple[Channel, ...] = ()
    problem: LinkProblem | None = None
    steps: tuple[Step, ...] = ()

    @property
    def is_desk(self) -> bool:
        """Nothing in particular is found or missed: the desk itself opens."""
        return self.chat_id is None and self.problem is None and self.phone is None


class LeadsTo(StrEnum):
    """Where a browser ends that opens a link. `problem` is the page that says why not."""

    CHAT = "chat"
    COMPOSER = "composer"
    DESK = "desk"
    PROBLEM = "problem"
    LOGIN = "login"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Explained:
    """A link, rule by rule. `chat` and `others` only where a click on the link shows them."""

    steps: tuple[Step, ...]
    leads_to: LeadsTo
    chat: Chat | None = None
    others: tuple[Chat, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class WantedLink:
    """A link to be made: to a chat, for an operator when it carries a token of theirs."""

    chat_id: int
    operator_id: int | None
    has_token: bool
    minutes: int


@dataclass(frozen=True, slots=True)
class BuiltLink:
    """A link that opens the chat wanted; `others` are further spellings that do, by their kind."""

    link: str
    expires_at: int | None
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """An operator's link that waits for a click, because another one is signed in."""

    company_id: int
    operator_id: int
    epoch: int
    expires_at: int
    waits_until: int
    path: str
