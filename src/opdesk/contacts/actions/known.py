"""Know a customer again, and keep what their platform says of them."""

from dataclasses import replace

from opdesk.contacts import store
from opdesk.contacts.model import Contact, Identity
from opdesk.kit.context import Tx


def recognize(tx: Tx, company_id: int, identity: Identity) -> tuple[Contact, bool]:
    """The contact behind an identity, made when it is new; True when anything about it changed."""
    known = store.find_by_identity(tx, company_id, identity)
    if known is None:
        made = store.insert_contact(tx, company_id, identity)
        return (made, True) if made else recognize(tx, company_id, identity)
    if identity.name and identity.name != known.name:
        store.update_name(tx, company_id, known.id, identity.name)
        return replace(known, name=identity.name), True
    return known, False


def get(tx: Tx, company_id: int, contact_id: int) -> Contact:
    """A contact that is known to be there."""
    found = store.find_contact(tx, company_id, contact_id)
    if found is None:
        raise LookupError(f"there is no contact {contact_id}")
    return found


def rename(tx: Tx, company_id: int, contact_id: int, name: str) -> None:
    store.update_name(tx, company_id, contact_id, name)


def add_identity(
    tx: Tx, company_id: int, channel_id: int, external_id: str, contact_id: int
) -> None:
    """Know a contact by one more id; an id that is another's stays that one's."""
    store.insert_identity(tx, company_id, channel_id, external_id, contact_id)


def hint_phone(tx: Tx, company_id: int, contact_id: int, phone: str) -> None:
    """The contact named this E.164 phone, and nobody vouches for it."""
    store.update_hint(tx, company_id, contact_id, phone)
