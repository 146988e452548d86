"""A site for a page of its own, a visitor for their token, or an error."""

from opdesk.accounts import access as accounts
from opdesk.channels import access as channels
from opdesk.channels.model import Source
from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.keyring import Vault
from opdesk.organizations import actions as organizations
from opdesk.widget import store
from opdesk.widget.errors import VisitorUnknown
from opdesk.widget.model import Hours, Site, Visitor


def find_site(tx: Tx, vault: Vault, public_key: str) -> Site | None:
    """The widget of a key, while its channel is connected and switched on."""
    if not public_key:
        return None
    channel = channels.find_by_public_account(tx, vault, Source.WIDGET, public_key)
    return Site(channel) if channel is not None and channel.is_writable else None


def hours(tx: Tx, site: Site) -> Hours:
    """When the site's organization works."""
    place = (site.channel.company_id, site.channel.organization_id)
    settings = organizations.settings_of(tx, *place)
    return Hours(accounts.organization(tx, *place), settings.working_hours)


def visitor(tx: Tx, site: Site, token: str) -> tuple[Visitor, bool]:
    """Who keeps a token of this site, and whether its use is to be noted (once a day).

    Raises VisitorUnknown, also for a token of another site.
    """
    found = store.find_by_token(tx, (site.channel.company_id, site.channel.id), token)
    if found is None:
        raise VisitorUnknown("begin a new session: this token is not known here")
    return found[0], tx.now - found[1] >= DAY_MS
