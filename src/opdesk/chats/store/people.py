"""SQL of whom a chat is with: the person's other chats, their ids, and who may be the same."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from opdesk.channels.model import Source
from opdesk.chats.model import ChatStatus, KnownAs, PersonsChat
from opdesk.chats.store.tables import (
    BY_CONTACT,
    channels,
    chats,
    contacts,
    identities,
    its_channel,
    its_contact,
)
from opdesk.kit.context import Tx
from opdesk.kit.sql import statement

# One statement for each contact, a person has few. Without statistics SQLite would read the
# company's chats by their activity, and for a list of contacts in any case.
EVERY_ORGANIZATION = 0
EVERYBODY = 0
MAX_CHATS = 100
_h, _c, _i = chats.c, contacts.c, identities.c
OF_CONTACT = statement(
    select(
        _h.id,
        _h.contact_id,
        channels.c.source,
        channels.c.sender,
        _h.external_id,
        _h.status,
        _h.active_at,
        _c.name,
    )
    .select_from(chats.join(contacts, its_contact).join(channels, its_channel))
    .with_hint(*BY_CONTACT)
    .where(
        _h.company_id == bindparam("company"),
        _h.contact_id == bindparam("contact"),
        (bindparam("organization") == EVERY_ORGANIZATION)
        | (_h.organization_id == bindparam("organization")),
        (bindparam("own_of") == EVERYBODY)
        | (_h.operator_id == bindparam("own_of"))
        | _h.operator_id.is_(None),
    )
    .order_by(_h.active_at.desc(), _h.id.desc())
    .limit(MAX_CHATS)
)
IDENTITIES = statement(
    select(channels.c.source, channels.c.sender, _i.username, _i.external_id)
    .select_from(
        identities.join(
            channels,
            (channels.c.company_id == _i.company_id) & (channels.c.id == _i.channel_id),
        )
    )
    .with_hint(identities, "INDEXED BY identities_contact", "sqlite")
    .where(_i.company_id == bindparam("company"), _i.contact_id == bindparam("contact"))
    .order_by(channels.c.source, channels.c.id, _i.external_id)
    .limit(MAX_CHATS)
)


def list_of_contacts(
    tx: Tx, company_id: int, organization_id: int, own_of: int, contact_ids: Iterable[int]
) -> list[PersonsChat]:
    """The newest activity first; of one organization, or of `EVERY_ORGANIZATION`.

    `own_of`: this operator's and nobody's alone, or `EVERYBODY`'s.
    """
    place = {"company": company_id, "organization": organization_id, "own_of": own_of}
    found = [
        PersonsChat(chat, contact, Source(source), sender, external, ChatStatus(status), at, name)
        for contact_id in contact_ids
        for chat, contact, source, sender, external, status, at, name in tx.all(
            OF_CONTACT, **place, contact=contact_id
        )
    ]
    return sorted(found, key=lambda one: (one.active_at, one.id), reverse=True)[:MAX_CHATS]


def list_identities(tx: Tx, company_id: int, contact_ids: Iterable[int]) -> list[KnownAs]:
    return [
        KnownAs(Source(source), *rest)
        for contact_id in sorted(contact_ids)
        for source, *rest in tx.all(IDENTITIES, company=company_id, contact=contact_id)
    ]
