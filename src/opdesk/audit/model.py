"""An entry of the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

Detail = str | int | bool | None


class Action(StrEnum):
    """Everything that is written down; the dashboard has a sentence for each."""

    COMPANY_CREATED = "company.created"
    COMPANY_ORIGINS_CHANGED = "company.originsChanged"
    COMPANY_TOKENS_REVOKED = "company.tokensRevoked"
    SIGNED_IN = "user.signedIn"
    USER_INVITED = "user.invited"
    USER_JOINED = "user.joined"
    USER_CHANGED = "user.changed"
    USER_REMOVED = "user.removed"
    USER_LINK_MADE = "user.linkMade"
    USER_SIGNED_OUT = "user.signedOut"
    USER_PASSWORD_CHANGED = "user.passwordChanged"  # noqa: S105
    USER_TOTP_ON = "user.totpOn"
    USER_TOTP_OFF = "user.totpOff"
    TOKEN_ISSUED = "company.tokenIssued"  # noqa: S105
    API_KEY_CREATED = "apiKey.created"
    API_KEY_CHANGED = "apiKey.changed"
    API_KEY_REVOKED = "apiKey.revoked"
    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_CHANGED = "organization.changed"
    OPERATORS_SYNCHRONIZED = "operator.synchronized"
    OPERATOR_STATUS_CHANGED = "operator.statusChanged"
    OPERATOR_CREDENTIALS_SET = "operator.credentialsSet"
    OPERATOR_LINK_MADE = "operator.linkMade"
    OPERATOR_JOINED = "operator.joined"
    OPERATOR_SIGNED_OUT = "operator.signedOut"
    OPERATOR_PASSWORD_CHANGED = "operator.passwordChanged"  # noqa: S105
    OPERATOR_TOTP_ON = "operator.totpOn"
    OPERATOR_TOTP_OFF = "operator.totpOff"
    OPERATOR_CHATS_HANDED_OVER = "operator.chatsHandedOver"
    OPERATOR_TOKEN_ISSUED = "operator.tokenIssued"  # noqa: S105
    CHANNEL_CONNECTED = "channel.connected"
    CHANNEL_CHANGED = "channel.changed"
    CHANNEL_DISCONNECTED = "channel.disconnected"
    CHANNEL_TESTED = "channel.tested"
    CHAT_DELETED = "chat.deleted"
    CLIENTS_JOINED = "client.joined"
    CLIENT_SEPARATED = "client.separated"
    CLIENTS_KEPT_APART = "client.keptApart"
    CLIENT_BLOCKED = "client.blocked"
    CLIENT_UNBLOCKED = "client.unblocked"
    SERVER_RESTORED = "server.restored"
    SENDING_RESUMED = "server.sendingResumed"
    SENDING_DROPPED = "server.sendingDropped"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Of `user_id`, `key_id` and `operator_id` at most one is set; none: the server."""

    company_id: int
    user_id: int | None = None
    key_id: int | None = None
    operator_id: int | None = None
    name: str = ""
    """As it was when it happened: a person who is removed later keeps their name here."""
    address: str = ""


class Acting(Protocol):
    """A caller, of whatever kind."""

    @property
    def actor(self) -> Actor: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """`at` is ms UTC; `details` hold names, ids and settings, never secrets or customers' texts."""

    id: int
    at: int
    action: str
    subject_id: int | None
    actor: Actor
    details: Mapping[str, Detail]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; None does not limit. `search` looks at names and details."""

    action: str | None = None
    user_id: int | None = None
    operator_id: int | None = None
    since: int | None = None
    until: int | None = None
    search: str = ""
    before: int | None = None
    """Only entries older than this id."""
    limit: int = field(default=50)
