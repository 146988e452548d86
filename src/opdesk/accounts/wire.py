"""JSON shapes of the contract's section Company, and ours beside it."""

from opdesk.accounts.model import ApiKey
from opdesk.kit.wire import Id, Wire, WireIn, time_or_none, time_out


class OriginsIn(WireIn):
    """Origins as browsers write them: https, or http on the loopback; at most 50."""

    origins: list[str]

    example = {"origins": ["https://crm.example.com", "http://localhost:3000"]}


class OriginsOut(Wire):
    origins: list[str]

    example = OriginsIn.example


class ApiKeyIn(WireIn):
    """`allowedAddresses`: addresses or networks that it may be used from; none for anywhere."""

    name: str
    allowed_addresses: list[str] = []

    example = {"name": "CRM in the Kyiv office", "allowedAddresses": ["203.0.113.0/24"]}


class ApiKeyChangeIn(WireIn):
    """What is left out stays; an empty list allows every address."""

    name: str | None = None
    allowed_addresses: list[str] | None = None

    example = {"allowedAddresses": ["203.0.113.0/24", "2001:db8::1"]}


class ApiKeyOut(Wire):
    id: Id
    name: str
    prefix: str
    created_at: str
    last_used_at: str | None
    allowed_addresses: list[str]

    example = {
        "id": 3,
        "name": "CRM in the Kyiv office",
        "prefix": "opdesk_4f1c8",
        "createdAt": "2026-11-20T09:30:00.000Z",
        "lastUsedAt": None,
        "allowedAddresses": ["203.0.113.0/24"],
    }

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyOut":
        return cls(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            created_at=time_out(key.created_at),
            last_used_at=time_or_none(key.last_used_at),
            allowed_addresses=list(key.allowed),
        )


class NewApiKeyOut(Wire):
    """The only answer that holds the key itself."""

    id: Id
    name: str
    key: str

    example = {"id": 3, "name": "CRM in the Kyiv office", "key": "opdesk_4f1c8…"}
