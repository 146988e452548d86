"""Whom a chat is with: a person, by all that their chats say of them."""

from dataclasses import dataclass

from opdesk.channels.model import Source
from opdesk.chats.model.chats import Chat, ChatStatus
from opdesk.contacts.model import About


@dataclass(frozen=True, slots=True)
class PersonsChat:
    """A chat of a person, of whichever of their contacts."""

    id: int
    contact_id: int
    source: Source
    sender: str
    external_id: str
    status: ChatStatus
    active_at: int
    name: str


@dataclass(frozen=True, slots=True)
class KnownAs:
    """What a channel calls a person."""

    source: Source
    sender: str
    username: str | None
    external_id: str


@dataclass(frozen=True, slots=True)
class KnownPhone:
    """In E.164. `is_attested`: a platform vouches for it; else the customer named it.

    `crm_url`: the CRM's page of it, by the organization's template.
    """

    phone: str
    is_attested: bool
    crm_url: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A chat of somebody who may be the same person: `phone` is theirs, or they named it."""

    chat: PersonsChat
    phone: KnownPhone


@dataclass(frozen=True, slots=True)
class AlsoAbout:
    """What was written down about a contact that is joined with a chat's client, by one chat."""

    chat: PersonsChat
    about: About


@dataclass(frozen=True, slots=True)
class ClientCard:
    """A chat's client, and what else is known of the person."""

    chat: Chat
    phone_hint: str | None
    phones: list[KnownPhone]
    is_joined: bool
    about: About
    also_about: list[AlsoAbout]
    identities: list[KnownAs]
    other_chats: list[PersonsChat]
    suggestions: list[Suggestion]
