"""Whom a chat is with, and which chats are one person's, as an operator or the company says."""

from opdesk.audit import actions as audit
from opdesk.audit.model import Action
from opdesk.chats import access, store
from opdesk.chats.actions.writing import tell, tell_of_contacts
from opdesk.chats.model import (
    AlsoAbout,
    Chat,
    ChatState,
    ClientCard,
    KnownPhone,
    PersonsChat,
    Suggestion,
)
from opdesk.contacts import actions as contacts
from opdesk.contacts.model import About, Contact
from opdesk.events.model import EventType
from opdesk.kit.context import Tx
from opdesk.operators.model import Caller, OperatorCaller
from opdesk.organizations import actions as organizations
from opdesk.organizations.model import crm_page

MAX_SUGGESTIONS = 5


def get_client(tx: Tx, caller: Caller, chat_id: int) -> ClientCard:
    """Whom a chat is with, as far as chats that the caller sees show them. Raises ChatNotFound."""
    chat = access.chat(tx, caller, chat_id)
    contact = contacts.get(tx, caller.company_id, chat.client.id)
    person = contacts.list_of_person(tx, caller.company_id, contact.person_id)
    seen = _chats_of(tx, caller, person)
    visible = {one.contact_id for one in seen} | {contact.id}
    known = [one for one in person if one.id in visible]
    phones = _phones(tx, chat, known)
    return ClientCard(
        chat=chat,
        phone_hint=contact.phone_hint if contact.phone_hint != contact.phone else None,
        phones=phones,
        is_joined=len(visible) > 1,
        about=contacts.get_about(tx, caller.company_id, contact.id),
        also_about=_also_about(tx, contact, seen),
        identities=store.list_identities(tx, caller.company_id, visible),
        other_chats=[one for one in seen if one.id != chat_id],
        suggestions=_suggestions(tx, caller, contact, phones),
    )


def join_clients(tx: Tx, caller: Caller, chat_id: int, other_id: int) -> ClientCard:
    """The clients of two chats are one person. Once they are, nothing happens.

    Raises ChatNotFound.
    """
    state, other = _both(tx, caller, chat_id, other_id)
    changed = contacts.join(tx, caller.company_id, state.contact_id, other.contact_id)
    if changed:
        audit.record(tx, caller, Action.CLIENTS_JOINED, chat_id, otherChatId=other_id)
        tell_of_contacts(tx, caller.company_id, changed)
    return get_client(tx, caller, chat_id)


def separate_client(tx: Tx, caller: Caller, chat_id: int) -> ClientCard:
    """The client of a chat is another person than those that they are joined with.

    Nothing happens when the caller sees nobody whom they are joined with. Raises ChatNotFound.
    """
    state = access.locked(tx, caller, chat_id)
    if get_client(tx, caller, chat_id).is_joined:
        changed = contacts.separate(tx, caller.company_id, state.contact_id)
        audit.record(tx, caller, Action.CLIENT_SEPARATED, chat_id)
        tell_of_contacts(tx, caller.company_id, changed)
    return get_client(tx, caller, chat_id)


def keep_clients_apart(tx: Tx, caller: Caller, chat_id: int, other_id: int) -> ClientCard:
    """The clients of two chats are two people: they are not suggested any more.

    Raises ChatNotFound; OnePerson for two that are joined.
    """
    state, other = _both(tx, caller, chat_id, other_id)
    if contacts.keep_apart(tx, caller.company_id, state.contact_id, other.contact_id):
        audit.record(tx, caller, Action.CLIENTS_KEPT_APART, chat_id, otherChatId=other_id)
        for each in (state, other):
            tell(tx, each, EventType.CHAT_CHANGED)
    return get_client(tx, caller, chat_id)


def describe_client(tx: Tx, caller: Caller, chat_id: int, about: About) -> ClientCard:
    """Keep what an operator wrote down about a chat's client; open panels are told.

    Raises ChatNotFound, Invalid, AboutChanged.
    """
    state = access.locked(tx, caller, chat_id)
    _, is_other = contacts.describe(tx, caller.company_id, state.contact_id, about)
    if is_other:
        person_id = contacts.get(tx, caller.company_id, state.contact_id).person_id
        person = contacts.list_of_person(tx, caller.company_id, person_id)
        tell_of_contacts(tx, caller.company_id, [one.id for one in person])
    return get_client(tx, caller, chat_id)


def _both(tx: Tx, caller: Caller, chat_id: int, other_id: int) -> tuple[ChatState, ChatState]:
    """Two chats, locked in one order everywhere."""
    found = {one: access.locked(tx, caller, one) for one in sorted({chat_id, other_id})}
    return found[chat_id], found[other_id]


def _chats_of(tx: Tx, caller: Caller, known: list[Contact]) -> list[PersonsChat]:
    organization_id = store.EVERY_ORGANIZATION
    if isinstance(caller, OperatorCaller):
        organization_id = caller.organization_id
    place = (caller.company_id, organization_id, access.own_only(tx, caller) or store.EVERYBODY)
    return store.list_of_contacts(tx, *place, {one.id for one in known})


def _also_about(tx: Tx, contact: Contact, seen: list[PersonsChat]) -> list[AlsoAbout]:
    """What was written about the others of the person, each by the chat that was active last."""
    newest = {one.contact_id: one for one in reversed(seen) if one.contact_id != contact.id}
    found = [
        AlsoAbout(chat, contacts.get_about(tx, contact.company_id, its))
        for its, chat in sorted(newest.items())
    ]
    return [one for one in found if one.about.note or one.about.fields]


def _phones(tx: Tx, chat: Chat, known: list[Contact]) -> list[KnownPhone]:
    """Every phone once, the attested ones first."""
    settings = organizations.settings_of(tx, chat.company_id, chat.organization.id)
    attested = {one.phone for one in known if one.phone is not None}
    told = {one.phone_hint for one in known if one.phone_hint is not None} - attested
    return [
        KnownPhone(phone, is_attested, crm_page(settings, phone))
        for phones, is_attested in ((attested, True), (told, False))
        for phone in sorted(phones)
    ]


def _suggestions(
    tx: Tx, caller: Caller, contact: Contact, phones: list[KnownPhone]
) -> list[Suggestion]:
    """Other people with one of these phones, each once, by the chat that they wrote in last."""
    asked = {one.phone for one in phones}
    likely = contacts.list_likely(tx, caller.company_id, contact.person_id, asked)
    known = {one.id: one for one in likely}
    found: dict[int, Suggestion] = {}
    for chat in _chats_of(tx, caller, likely):
        its = known[chat.contact_id]
        phone = KnownPhone(its.phone, True) if its.phone in asked else None
        told = KnownPhone(its.phone_hint or "", False)
        kept = found.setdefault(its.person_id, Suggestion(chat, phone or told))
        if phone is not None and not kept.phone.is_attested:
            found[its.person_id] = Suggestion(chat, phone)
    first = sorted(found.values(), key=lambda one: not one.phone.is_attested)
    return first[:MAX_SUGGESTIONS]
