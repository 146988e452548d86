"""The contract's organizations, and their settings."""

from litestar import get, post, put
from litestar.params import FromPath, JSONBody

from opdesk.accounts import actions as account_actions
from opdesk.accounts.model import CompanyCaller
from opdesk.kit.endpoint import COMPANY_ONLY, Db, Given
from opdesk.organizations import actions
from opdesk.organizations.wire import (
    OrganizationChangeIn,
    OrganizationDetailsOut,
    OrganizationIn,
    OrganizationOut,
)

Company = Given[CompanyCaller]


@get("/api/company/organization", opt=COMPANY_ONLY, tags=["Company"])
async def list_organizations(db: Db, company: Company) -> list[OrganizationOut]:
    """The company's organizations, by id."""
    found = await db.read(account_actions.list_organizations, company)
    return [OrganizationOut.of(organization) for organization in found]


@get("/api/company/organization/{organization_id:int}", opt=COMPANY_ONLY, tags=["Company"])
async def get_organization(
    db: Db, company: Company, organization_id: FromPath[int]
) -> OrganizationDetailsOut:
    """An organization with everything that is set for it."""
    return OrganizationDetailsOut.of(*await db.read(actions.details, company, organization_id))


@post("/api/company/organization", status_code=200, opt=COMPANY_ONLY, tags=["Company"])
async def add_organization(
    db: Db, company: Company, data: JSONBody[OrganizationIn]
) -> OrganizationOut:
    """Make an organization. Its time zone, country and language have defaults."""
    made = await db.write(
        account_actions.add_organization,
        company,
        data.name,
        data.time_zone,
        data.country,
        data.language,
        operators_may_delete=data.operators_may_delete,
    )
    return OrganizationOut.of(made)


@put("/api/company/organization", opt=COMPANY_ONLY, tags=["Company"])
async def change_organization(
    db: Db, company: Company, data: JSONBody[OrganizationChangeIn]
) -> OrganizationDetailsOut:
    """Change an organization; what is left out stays.

    `retentionDays`: chats without a message for longer are deleted for good, within the hour.
    `ownChatsOnly`: operators see their own chats and those that nobody has, nothing else.
    `assignment`: who gets a new chat; with `capacity` an operator who has that many gets none.
    """
    changed = await db.write(actions.change, company, data.id, data.to_change(), data.to_settings())
    return OrganizationDetailsOut.of(*changed)


ROUTES = (list_organizations, get_organization, add_organization, change_organization)
