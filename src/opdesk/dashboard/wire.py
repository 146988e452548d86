"""JSON shapes of the set-up, of one-time links and of the audit log."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

import msgspec

from opdesk.audit.model import Actor, Detail, Entry
from opdesk.dashboard.model import Invitation
from opdesk.invitations.model import HandedOver
from opdesk.kit.wire import Id, Wire, WireIn, time_out

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LOWER = re.compile("_([a-z])")
_COLUMNS = ("at", "action", "subjectId", "kind", "who", "address", "details")


class SecretIn(WireIn):
    """What stands behind the # of a one-time link."""

    secret: str

    example = {"secret": "5f0c…"}


class UseLinkIn(WireIn):
    """`login`: only where there is none yet, or to change it."""

    secret: str
    password: str
    login: str | None = None

    example = {"secret": "5f0c…", "login": "olena", "password": "a-long-passphrase"}


class OperatorLinkIn(WireIn):
    """`email`: where to mail the link to; without one it is only shown."""

    email: str | None = None

    example = {"email": "olena@example.com"}


class LinkUsedOut(Wire):
    """The page at which the person signs in now."""

    leads_to: str

    example = {"leadsTo": "/dashboard"}


class InvitationOut(Wire):
    kind: str
    name: str
    login: str | None
    company: str
    expires_at: str

    example = {
        "kind": "userInvitation",
        "name": "Olena Koval",
        "login": None,
        "company": "Demo",
        "expiresAt": "2026-11-28T09:30:00.000Z",
    }

    @classmethod
    def of(cls, it: Invitation) -> "InvitationOut":
        return cls(
            kind=it.link.kind.value,
            name=it.name,
            login=it.login,
            company=it.company,
            expires_at=time_out(it.link.expires_at),
        )


class WhoOut(Wire):
    """`kind`: user, operator, apiKey or system. The name is the one of that moment."""

    kind: str
    id: Id | None
    name: str

    example = {"kind": "user", "id": 4, "name": "Olena Koval"}

    @classmethod
    def of(cls, actor: Actor) -> "WhoOut":
        kinds = {"user": actor.user_id, "apiKey": actor.key_id, "operator": actor.operator_id}
        kind, number = next(
            ((kind, number) for kind, number in kinds.items() if number is not None),
            ("system", None),
        )
        return cls(kind=kind, id=number, name=actor.name)


class OperatorLinkOut(Wire):
    """A link to hand over. It is in this answer only; a newer one replaces it."""

    url: str
    expires_at: str
    is_mailed: bool

    example = {
        "url": "https://desk.example.com/join#5f0c…",
        "expiresAt": "2026-11-28T09:30:00.000Z",
        "isMailed": False,
    }

    @classmethod
    def of(cls, it: HandedOver) -> "OperatorLinkOut":
        return cls(url=it.url, expires_at=time_out(it.link.expires_at), is_mailed=it.is_mailed)


class EntryOut(Wire):
    id: Id
    at: str
    action: str
    subject_id: Id | None
    who: WhoOut
    address: str
    details: dict[str, Detail]

    example = {
        "id": 812,
        "at": "2026-11-24T07:58:11.204Z",
        "action": "apiKey.revoked",
        "subjectId": 3,
        "who": WhoOut.example,
        "address": "203.0.113.7",
        "details": {"name": "CRM in the Kyiv office"},
    }

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        return cls(
            id=entry.id,
            at=time_out(entry.at),
            action=entry.action,
            subject_id=entry.subject_id,
            who=WhoOut.of(entry.actor),
            address=entry.actor.address,
            details=_details(entry.details),
        )


class EntriesOut(Wire):
    """The newest first. `next`: what `before` is for the page after this one."""

    items: list[EntryOut]
    next: Id | None

    example = {"items": [EntryOut.example], "next": 811}


def entries_csv(entries: Sequence[Entry]) -> bytes:
    """For a spreadsheet: UTF-8 with its mark, and no cell that one would run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for entry in entries:
        who = WhoOut.of(entry.actor)
        details = msgspec.json.encode(_details(entry.details)).decode() if entry.details else ""
        row = (time_out(entry.at), entry.action, entry.subject_id or "", who.kind, who.name)
        writer.writerow([_harmless(str(cell)) for cell in (*row, entry.actor.address, details)])
    return out.getvalue().encode("utf-8-sig")


def _details(stored: Mapping[str, Detail]) -> dict[str, Detail]:
    """The details under the names that the API has for them: a row keeps those of our own model."""
    return {_LOWER.sub(lambda it: it[1].upper(), name): value for name, value in stored.items()}


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
