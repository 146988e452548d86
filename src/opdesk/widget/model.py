"""A site that shows the widget, its visitors, and what they write."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

from opdesk.accounts.model import Organization
from opdesk.channels.model import Channel
from opdesk.media.model import MediaType, StoredFile
from opdesk.organizations.model import Shift, is_open, opens_at

MAX_TEXT_CHARS = 4096
MAX_NAME_CHARS = 100
MAX_PHONE_CHARS = 40
MAX_EMAIL_CHARS = 200
MAX_USER_ID_CHARS = 200
MAX_KEY_CHARS = 64
PAGE_SIZE = 20
"""Messages of a page, and of what a page is told when something changed."""
UK = "uk"


@dataclass(frozen=True)
class Site:
    """A widget's channel, as its settings describe it."""

    channel: Channel

    @cached_property
    def origins(self) -> frozenset[str]:
        """The sites that may show it, as browsers write them in `Origin`."""
        return frozenset(self.channel.settings.get("origins", "").split())

    def allows(self, origin: str) -> bool:
        return origin.lower() in self.origins

    def setting(self, name: str) -> str:
        return self.channel.settings.get(name, "")

    def is_signed(self, user_id: str, signature: str) -> bool:
        """Whether the site's own server says that this is its user; compared in constant time."""
        secret = self.setting("identitySecret").encode()
        expected = hmac.new(secret, user_id.encode(), hashlib.sha256).hexdigest()
        given = signature.strip().lower().encode("utf-8", "replace")
        return bool(secret) and hmac.compare_digest(expected.encode(), given)


@dataclass(frozen=True, slots=True)
class Hours:
    """When the organization of a site works, and where it is."""

    organization: Organization
    shifts: tuple[Shift, ...]

    def is_open(self, now: int) -> bool:
        return is_open(self.shifts, self.organization.time_zone, now)

    def opens_at(self, now: int) -> int | None:
        return opens_at(self.shifts, self.organization.time_zone, now)


@dataclass(frozen=True, slots=True)
class Details:
    """What a visitor says of themselves; '' for what they don't. Nothing of it is verified."""

    name: str = ""
    phone: str = ""
    email: str = ""

    def over(self, before: "Details") -> "Details":
        """These, with what is missing taken from `before`."""
        return Details(
            self.name or before.name, self.phone or before.phone, self.email or before.email
        )

    @property
    def lines(self) -> list[str]:
        """As operators read them."""
        return [one for one in (self.name, self.phone, self.email) if one]

    @property
    def digest(self) -> str:
        """Names these very details, so that operators are told once."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user of the site, signed by its server."""

    user_id: str
    signature: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """`key` is the channel's id of their chat; `user_id` the site's own, where it was signed."""

    key: str
    user_id: str | None
    details: Details

    def named(self, language: str) -> str:
        """How operators see someone who has not said their name."""
        word = "Відвідувач" if language == UK else "Visitor"
        return self.details.name or f"{word} {self.key[:4]}"


@dataclass(frozen=True, slots=True)
class VisitorFile:
    """Bytes that came with a message."""

    name: str
    format: str
    type: MediaType
    stored: StoredFile


@dataclass(frozen=True, slots=True)
class Note:
    """What a visitor sends. `key` is their page's own, the key against duplicates."""

    key: str
    text: str
    file: VisitorFile | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to which message a page `got` what was sent to the visitor, and they have seen it."""

    got: int
    seen: int
