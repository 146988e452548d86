"""JSON shapes of the contract's section Operators."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from opdesk.accounts.model import Organization
from opdesk.kit.errors import Invalid
from opdesk.kit.wire import Id, Wire, WireIn, decode, time_or_none, time_out
from opdesk.operators.model import (
    Found,
    FoundPage,
    Operator,
    OperatorStatus,
    Profile,
    Synchronized,
    Verdict,
)
from opdesk.organizations.model import QuickReply


class NamedRef(Wire):
    """Something by its id and name."""

    id: Id
    name: str

    example = {"id": 24, "name": "Kyiv shop"}


class OperatorOut(Wire):
    id: Id
    name: str
    status: int
    organization: NamedRef

    example = {
        "id": 21,
        "name": "Olena Koval",
        "status": 0,
        "organization": {"id": 24, "name": "Kyiv shop"},
    }

    @classmethod
    def of(cls, operator: Operator, organization: Organization) -> "OperatorOut":
        return cls(
            id=operator.id,
            name=operator.name,
            status=int(operator.status),
            organization=NamedRef(id=organization.id, name=organization.name),
        )


class NewOperatorIn(WireIn):
    """`externalId` is the CRM's own id of the operator: given, it is the key."""

    organization_id: Id
    name: str
    external_id: str | None = None

    example = {"organizationId": 24, "name": "Olena Koval", "externalId": "E-1042"}


class SynchronizedOut(Wire):
    """`externalId` is there where it was given, `change` in a dry run.

    `change` is "created", "revived", "linked", "renamed" or "none", the first that applies; `id`
    is null for an operator that would be created.
    """

    id: Id | None
    status: int
    name: str
    external_id: str | UnsetType = UNSET
    change: str | UnsetType = UNSET

    example = {"id": 21, "status": 0, "name": "Olena Koval", "externalId": "E-1042"}

    @classmethod
    def of(cls, it: Synchronized, *, is_dry_run: bool) -> "SynchronizedOut":
        return cls(
            id=it.id or None,
            status=int(it.status),
            name=it.name,
            external_id=UNSET if it.external_id is None else it.external_id,
            change=it.change.value if is_dry_run else UNSET,
        )


class FoundOperatorOut(Wire):
    """`openChats`: theirs that are not Closed. `lastSeenAt` is exact to a minute."""

    id: Id
    name: str
    external_id: str | None
    status: int
    login: str | None
    organization: NamedRef
    last_seen_at: str | None
    open_chats: int

    example = {
        "id": 21,
        "name": "Olena Koval",
        "externalId": "E-1042",
        "status": 0,
        "login": "olena",
        "organization": {"id": 24, "name": "Kyiv shop"},
        "lastSeenAt": "2026-11-24T09:58:00.000Z",
        "openChats": 7,
    }

    @classmethod
    def of(cls, it: Found) -> "FoundOperatorOut":
        return cls(
            id=it.operator.id,
            name=it.operator.name,
            external_id=it.external_id,
            status=int(it.operator.status),
            login=it.operator.login,
            organization=NamedRef(id=it.organization.id, name=it.organization.name),
            last_seen_at=time_or_none(it.last_seen_at),
            open_chats=it.open_chats,
        )


class FoundOperatorsOut(Wire):
    """`next` is the `after` of the next page, null on the last one; `total` counts all pages."""

    items: list[FoundOperatorOut]
    next: Id | None
    total: int

    example = {"items": [FoundOperatorOut.example], "next": 21, "total": 50_000}

    @classmethod
    def of(cls, it: FoundPage) -> "FoundOperatorsOut":
        items = [FoundOperatorOut.of(one) for one in it.items]
        return cls(items=items, next=it.next, total=it.total)


class StatusIn(WireIn):
    """Status: 0 Active, 1 Inactive, 2 Deleted."""

    id: Id
    status: int

    example = {"id": 21, "status": 1}

    def to_status(self) -> OperatorStatus:
        if self.status not in set(OperatorStatus):
            raise Invalid.field("status", "must be 0 (Active), 1 (Inactive) or 2 (Deleted)")
        return OperatorStatus(self.status)


class TokenRequestIn(WireIn):
    id: Id
    expires_at: str

    example = {"id": 21, "expiresAt": "2026-11-24T18:00:00.000Z"}


class VerdictOut(Wire):
    is_valid: bool
    operator_id: int | None
    client_id: int | None
    expires_at: str | None
    error: str | None

    example = {
        "isValid": True,
        "operatorId": 21,
        "clientId": 1,
        "expiresAt": "2026-11-24T18:00:00.000Z",
        "error": None,
    }

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictOut":
        return cls(
            is_valid=verdict.error is None,
            operator_id=verdict.operator_id,
            client_id=verdict.company_id,
            expires_at=time_or_none(verdict.expires_at),
            error=verdict.error,
        )


class CredentialsIn(WireIn):
    id: Id
    login: str
    password: str

    example = {"id": 21, "login": "olena", "password": "a-long-passphrase"}


class SignInIn(WireIn):
    """`code`: of the authenticator, or a recovery code, for somebody with a second factor."""

    login: str
    password: str
    code: str | None = None

    example = {"login": "olena", "password": "a-long-passphrase", "code": "492039"}


class OwnPasswordIn(WireIn):
    current: str
    new: str

    example = {"current": "a-long-passphrase", "new": "another-long-passphrase"}


class PasswordAgainIn(WireIn):
    password: str

    example = {"password": "a-long-passphrase"}


class TagFaceOut(Wire):
    """A tag that may be put on chats; `color` is `#rrggbb`."""

    name: str
    color: str

    example = {"name": "VIP", "color": "#b3261e"}


class OrganizationSettingsOut(Wire):
    id: Id
    name: str
    time_zone: str
    country: str
    language: str
    tags: list[TagFaceOut]

    example = {
        "id": 24,
        "name": "Kyiv shop",
        "timeZone": "Europe/Kyiv",
        "country": "UA",
        "language": "uk",
        "tags": [TagFaceOut.example],
    }


class OperatorFaceOut(Wire):
    id: Id
    name: str
    photo: str | None

    example = {"id": 21, "name": "Olena Koval", "photo": None}


class ProfileOut(Wire):
    operator: OperatorFaceOut
    organization: OrganizationSettingsOut
    company: NamedRef
    expires_at: str

    example = {
        "operator": OperatorFaceOut.example,
        "organization": OrganizationSettingsOut.example,
        "company": {"id": 1, "name": "Demo"},
        "expiresAt": "2026-11-24T18:00:00.000Z",
    }

    @classmethod
    def of(cls, it: Profile) -> "ProfileOut":
        operator, organization = it.operator, it.organization
        return cls(
            operator=OperatorFaceOut(id=operator.id, name=operator.name, photo=operator.photo),
            organization=OrganizationSettingsOut(
                id=organization.id,
                name=organization.name,
                time_zone=organization.time_zone,
                country=organization.country,
                language=organization.language,
                tags=[TagFaceOut(name=one.name, color=one.color) for one in it.tags],
            ),
            company=NamedRef(id=it.company.id, name=it.company.name),
            expires_at=time_out(it.expires_at),
        )


class ReplyOut(Wire):
    """A text that an operator puts into the composer by typing `/` and its shortcut."""

    shortcut: str
    text: str

    example = {"shortcut": "hours", "text": "{client}, we are open from 9 to 18."}

    @classmethod
    def of(cls, reply: QuickReply) -> "ReplyOut":
        return cls(shortcut=reply.shortcut, text=reply.text)


class MeOut(ProfileOut):
    """The profile, and the size of the largest file that the server takes.

    `hasPassword`: the operator may sign in without a token; `hasTotp`: with a code then.
    """

    max_file_bytes: int
    has_password: bool
    has_totp: bool

    example = {
        **ProfileOut.example,
        "maxFileBytes": 52_428_800,
        "hasPassword": True,
        "hasTotp": False,
    }

    @classmethod
    def within(cls, it: Profile, max_file_bytes: int) -> "MeOut":
        profile = msgspec.structs.asdict(ProfileOut.of(it))
        return cls(
            **profile,
            max_file_bytes=max_file_bytes,
            has_password=it.ways_in.has_password,
            has_totp=it.ways_in.has_totp,
        )


def token_in(body: bytes, content_type: str) -> str:
    """The token of a `validate-token` body, in any of its three forms.

    What can't be read as a token is handed on as it came: the verdict on it is "malformed".
    """
    if content_type == "text/plain":
        return body.decode("utf-8-sig", "replace").strip().strip('"')
    try:
        value: Any = decode(body, Any)
    except Invalid:
        return body.decode("utf-8", "replace").strip()
    if isinstance(value, dict):
        value = next((item for name, item in value.items() if name.lower() == "token"), None)
    return value.strip().strip('"') if isinstance(value, str) else ""


def verdict_body(verdict: Verdict) -> bytes:
    return msgspec.json.encode(VerdictOut.of(verdict))
