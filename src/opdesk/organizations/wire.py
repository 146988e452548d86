"""JSON shapes of organizations: the contract's two properties, and ours."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from opdesk.accounts.model import Organization, OrganizationChange
from opdesk.kit.errors import Invalid
from opdesk.kit.wire import Id, Wire, WireIn
from opdesk.organizations.model import Assignment, QuickReply, Settings, Shift, Tag


class OrganizationOut(Wire):
    """The contract's two properties; the list and `POST` answer with exactly these."""

    id: Id
    name: str

    example = {"id": 6, "name": "Kyiv shop"}

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationOut":
        return cls(id=organization.id, name=organization.name)


class OrganizationIn(WireIn):
    name: str
    time_zone: str = "Europe/Kyiv"
    country: str = "UA"
    language: str = "uk"
    operators_may_delete: bool = False

    example = {"name": "Kyiv shop", "timeZone": "Europe/Kyiv", "country": "UA", "language": "uk"}


class ShiftIn(WireIn):
    """`day` is 1 Monday to 7 Sunday; times are `HH:MM`, and `to` may be `24:00`."""

    day: int
    begins: str = msgspec.field(name="from")
    ends: str = msgspec.field(name="to")

    example = {"day": 1, "from": "09:00", "to": "18:00"}


class ShiftOut(Wire):
    day: int
    begins: str = msgspec.field(name="from")
    ends: str = msgspec.field(name="to")

    example = ShiftIn.example


class QuickReplyIn(WireIn):
    shortcut: str
    text: str

    example = {"shortcut": "hours", "text": "We are open from 9 to 18."}


class QuickReplyOut(Wire):
    shortcut: str
    text: str

    example = QuickReplyIn.example


class TagIn(WireIn):
    name: str
    color: str

    example = {"name": "VIP", "color": "#b3261e"}


class TagOut(Wire):
    name: str
    color: str

    example = TagIn.example


_SETTINGS_EXAMPLE = {
    "workingHours": [ShiftIn.example],
    "quickReplies": [QuickReplyIn.example],
    "tags": [TagIn.example],
    "crmUrl": "https://crm.example.com/client?phone={phone}",
    "retentionDays": 730,
    "ownChatsOnly": False,
    "assignment": 0,
    "capacity": None,
}


class OrganizationChangeIn(WireIn):
    """What is left out stays. `crmUrl`, `retentionDays` and `capacity` null: none.

    `assignment`: 0 off, 1 each in turn, 2 the least busy.
    """

    id: Id
    name: str | None = None
    time_zone: str | None = None
    country: str | None = None
    language: str | None = None
    operators_may_delete: bool | None = None
    working_hours: list[ShiftIn] | UnsetType = UNSET
    quick_replies: list[QuickReplyIn] | UnsetType = UNSET
    tags: list[TagIn] | UnsetType = UNSET
    crm_url: str | UnsetType | None = UNSET
    retention_days: int | UnsetType | None = UNSET
    own_chats_only: bool | UnsetType = UNSET
    assignment: int | UnsetType = UNSET
    capacity: int | UnsetType | None = UNSET

    example = {"id": 6, "language": "en", **_SETTINGS_EXAMPLE}

    def to_change(self) -> OrganizationChange:
        return OrganizationChange(
            self.name, self.time_zone, self.country, self.language, self.operators_may_delete
        )

    def to_settings(self) -> dict[str, Any]:
        """The given fields of `Settings`. Raises Invalid."""
        given: dict[str, Any] = {
            "working_hours": _each(self.working_hours, Shift),
            "quick_replies": _each(self.quick_replies, QuickReply),
            "tags": _each(self.tags, Tag),
            "crm_url": self.crm_url,
            "retention_days": self.retention_days,
            "own_chats_only": self.own_chats_only,
            "assignment": _assignment(self.assignment),
            "capacity": self.capacity,
        }
        return {name: value for name, value in given.items() if value is not UNSET}


class OrganizationDetailsOut(Wire):
    id: Id
    name: str
    time_zone: str
    country: str
    language: str
    operators_may_delete: bool
    working_hours: list[ShiftOut]
    quick_replies: list[QuickReplyOut]
    tags: list[TagOut]
    crm_url: str | None
    retention_days: int | None
    own_chats_only: bool
    assignment: int
    capacity: int | None

    example = {
        "id": 6,
        "name": "Kyiv shop",
        "timeZone": "Europe/Kyiv",
        "country": "UA",
        "language": "en",
        "operatorsMayDelete": False,
        **_SETTINGS_EXAMPLE,
    }

    @classmethod
    def of(cls, it: Organization, settings: Settings) -> "OrganizationDetailsOut":
        return cls(
            id=it.id,
            name=it.name,
            time_zone=it.time_zone,
            country=it.country,
            language=it.language,
            operators_may_delete=it.operators_may_delete,
            working_hours=[
                ShiftOut(day=one.day, begins=one.begins, ends=one.ends)
                for one in settings.working_hours
            ],
            quick_replies=[
                QuickReplyOut(shortcut=one.shortcut, text=one.text)
                for one in settings.quick_replies
            ],
            tags=[TagOut(name=one.name, color=one.color) for one in settings.tags],
            crm_url=settings.crm_url,
            retention_days=settings.retention_days,
            own_chats_only=settings.own_chats_only,
            assignment=int(settings.assignment),
            capacity=settings.capacity,
        )


def _each(given: Any, kind: type[Any]) -> Any:
    if given is UNSET:
        return UNSET
    return tuple(kind(**msgspec.structs.asdict(one)) for one in given)


def _assignment(given: int | UnsetType) -> Assignment | UnsetType:
    if isinstance(given, UnsetType):
        return given
    if given not in set(Assignment):
        raise Invalid.field("assignment", "must be 0 (off), 1 (in turn) or 2 (the least busy)")
    return Assignment(given)
