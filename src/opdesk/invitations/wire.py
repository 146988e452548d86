"""JSON shape of a one-time link."""

from opdesk.invitations.model import HandedOver
from opdesk.kit.wire import Wire, time_out


class OneTimeLinkOut(Wire):
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
    def of(cls, it: HandedOver) -> "OneTimeLinkOut":
        return cls(url=it.url, expires_at=time_out(it.link.expires_at), is_mailed=it.is_mailed)
