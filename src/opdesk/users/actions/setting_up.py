"""The first company of a new server."""

from dataclasses import replace

from opdesk.accounts import actions as accounts
from opdesk.accounts.actions import name_in
from opdesk.kit import installation
from opdesk.kit.context import Tx
from opdesk.users.actions.people import found_company
from opdesk.users.errors import AlreadySetUp
from opdesk.users.model import SetUp, User

SET_UP = "set_up"
"""The fact that is written once, so that of two set-ups at once one happens."""


def needs_set_up(tx: Tx) -> bool:
    """Whether there is no company yet."""
    return not accounts.has_companies(tx)


def set_up(tx: Tx, wanted: SetUp, password_hash: str, address: str) -> User:
    """The first company with its owner and organization. Raises AlreadySetUp, Invalid."""
    if not needs_set_up(tx) or not installation.claim(tx, SET_UP, "done"):
        raise AlreadySetUp("sign in instead, or add a company with `opdesk company add`")
    # Under the names that the caller used for them.
    company, person = name_in(wanted.company, "company"), name_in(wanted.person)
    organization = name_in(wanted.organization, "organization")
    language = wanted.language.lower()
    owner = found_company(tx, wanted.login, company, password_hash, person, language)
    caller = replace(owner.caller, address=address)
    accounts.add_organization(tx, caller, organization, language=language)
    return owner
