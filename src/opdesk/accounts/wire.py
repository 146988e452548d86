"""JSON shapes of the contract's section Company, and ours beside it."""

from opdesk.accounts.model import ApiKey, Company, Organization, OrganizationChange
from opdesk.kit.wire import Id, Wire, WireIn, time_or_none, time_out


class LoginIn(WireIn):
    login: str
    password: str

    example = {"login": "demo", "password": "a-long-passphrase"}


class OrganizationOut(Wire):
    """The contract's two properties; `GET` and `POST` answer with exactly these."""

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


class OrganizationChangeIn(WireIn):
    id: Id
    name: str | None = None
    time_zone: str | None = None
    country: str | None = None
    language: str | None = None
    operators_may_delete: bool | None = None

    example = {"id": 6, "timeZone": "Europe/Kyiv", "language": "en"}

    def to_change(self) -> OrganizationChange:
        return OrganizationChange(
            self.name, self.time_zone, self.country, self.language, self.operators_may_delete
        )


class OrganizationDetailsOut(Wire):
    id: Id
    name: str
    time_zone: str
    country: str
    language: str
    operators_may_delete: bool

    example = {
        "id": 6,
        "name": "Kyiv shop",
        "timeZone": "Europe/Kyiv",
        "country": "UA",
        "language": "en",
        "operatorsMayDelete": False,
    }

    @classmethod
    def of(cls, it: Organization) -> "OrganizationDetailsOut":
        return cls(
            id=it.id,
            name=it.name,
            time_zone=it.time_zone,
            country=it.country,
            language=it.language,
            operators_may_delete=it.operators_may_delete,
        )


class OriginsIn(WireIn):
    """Origins as browsers write them: https, or http on the loopback; at most 50."""

    origins: list[str]

    example = {"origins": ["https://crm.example.com", "http://localhost:3000"]}


class OriginsOut(Wire):
    origins: list[str]

    example = OriginsIn.example


class CompanyOut(Wire):
    id: Id
    name: str

    example = {"id": 1, "name": "Demo"}


class SignedInCompanyOut(Wire):
    company: CompanyOut
    login: str

    example = {"company": {"id": 1, "name": "Demo"}, "login": "demo"}

    @classmethod
    def of(cls, company: Company) -> "SignedInCompanyOut":
        return cls(company=CompanyOut(id=company.id, name=company.name), login=company.login)


class ApiKeyIn(WireIn):
    name: str

    example = {"name": "CRM in the Kyiv office"}


class ApiKeyOut(Wire):
    id: Id
    name: str
    prefix: str
    created_at: str
    last_used_at: str | None

    example = {
        "id": 3,
        "name": "CRM in the Kyiv office",
        "prefix": "opdesk_4f1c8",
        "createdAt": "2026-11-20T09:30:00.000Z",
        "lastUsedAt": None,
    }

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyOut":
        return cls(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            created_at=time_out(key.created_at),
            last_used_at=time_or_none(key.last_used_at),
        )


class NewApiKeyOut(Wire):
    """The only answer that holds the key itself."""

    id: Id
    name: str
    key: str

    example = {"id": 3, "name": "CRM in the Kyiv office", "key": "opdesk_4f1c8…"}
