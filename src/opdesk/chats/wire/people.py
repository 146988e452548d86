"""JSON shapes of a chat's client: whom it is with, and what else they write in."""

import msgspec

from opdesk.chats.model import AlsoAbout, ClientCard, KnownAs, KnownPhone, PersonsChat, Suggestion
from opdesk.chats.wire.shapes import title_of, unnamed
from opdesk.contacts.model import About, ClientField
from opdesk.kit.wire import Id, Wire, WireIn, time_out

_SHOWN_ID_DIGITS = 20


class OtherChatIn(WireIn):
    """The other chat of the two that are spoken of."""

    chat_id: Id

    example = {"chatId": 8}


class KnownPhoneOut(Wire):
    """`isAttested`: a platform vouches that it is theirs; else they named it, or had it before.

    `crmUrl`: its page in the CRM, where the chat's organization has a template for it.
    """

    phone: str
    is_attested: bool
    crm_url: str | None

    example = {
        "phone": "+380501234567",
        "isAttested": True,
        "crmUrl": "https://crm.example.com/client?phone=%2B380501234567",
    }

    @classmethod
    def of(cls, known: KnownPhone) -> "KnownPhoneOut":
        return cls(phone=known.phone, is_attested=known.is_attested, crm_url=known.crm_url)


class IdentityOut(Wire):
    """`externalId` is the platform's id where it is a number; other ids say nothing to anybody."""

    mess_source: int
    from_: str = msgspec.field(name="from")
    username: str | None
    external_id: str | None

    example = {
        "messSource": 2,
        "from": "demo_shop_bot",
        "username": "taras",
        "externalId": "2210498160",
    }

    @classmethod
    def of(cls, known: KnownAs) -> "IdentityOut":
        text = known.external_id
        is_number = text.isascii() and text.isdecimal() and len(text) <= _SHOWN_ID_DIGITS
        return cls(
            mess_source=int(known.source),
            from_=known.sender,
            username=known.username,
            external_id=text if is_number else None,
        )


class PersonsChatOut(Wire):
    """`activeAt`: when its last message came here."""

    id: Id
    mess_source: int
    from_: str = msgspec.field(name="from")
    chat_status: int
    active_at: str
    client_name: str

    example = {
        "id": 6,
        "messSource": 3,
        "from": "+380441112233",
        "chatStatus": 4,
        "activeAt": "2026-11-20T08:00:00.000Z",
        "clientName": "Taras Bondar",
    }

    @classmethod
    def of(cls, chat: PersonsChat) -> "PersonsChatOut":
        return cls(
            id=chat.id,
            mess_source=int(chat.source),
            from_=chat.sender,
            chat_status=int(chat.status),
            active_at=time_out(chat.active_at),
            client_name=chat.name or unnamed(chat.source, chat.external_id),
        )


class SuggestionOut(Wire):
    """The chat of somebody who may be the same person, and the phone that speaks for it.

    `isAttested`: the phone is attested for them; else they named it.
    """

    chat_id: Id
    client_name: str
    mess_source: int
    from_: str = msgspec.field(name="from")
    phone: str
    is_attested: bool

    example = {
        "chatId": 8,
        "clientName": "Taras",
        "messSource": 4,
        "from": "shop.example.com",
        "phone": "+380501234567",
        "isAttested": False,
    }

    @classmethod
    def of(cls, suggestion: Suggestion) -> "SuggestionOut":
        chat, known = suggestion.chat, suggestion.phone
        return cls(
            chat_id=chat.id,
            client_name=chat.name or unnamed(chat.source, chat.external_id),
            mess_source=int(chat.source),
            from_=chat.sender,
            phone=known.phone,
            is_attested=known.is_attested,
        )


class ClientFieldIn(WireIn):
    """Something that operators keep of a client."""

    name: str
    value: str

    example = {"name": "Shoe size", "value": "42"}


class ClientFieldOut(Wire):
    name: str
    value: str

    example = ClientFieldIn.example


class ClientAboutIn(WireIn):
    """Replaces what is there. `version` is the one that its writer has read, 0 at first."""

    version: int
    note: str = ""
    fields: list[ClientFieldIn] = []

    example = {
        "note": "Prefers to be called in the evening",
        "fields": [ClientFieldIn.example],
        "version": 2,
    }

    def to_about(self) -> About:
        fields = tuple(ClientField(one.name, one.value) for one in self.fields)
        return About(self.note, fields, self.version)


class ClientAboutOut(Wire):
    """What operators wrote down about a client. `version` grows with every change; 0: nothing."""

    note: str
    fields: list[ClientFieldOut]
    version: int

    example = {**ClientAboutIn.example, "version": 3}

    @classmethod
    def of(cls, about: About) -> "ClientAboutOut":
        fields = [ClientFieldOut(name=one.name, value=one.value) for one in about.fields]
        return cls(note=about.note, fields=fields, version=about.version)


class AlsoAboutOut(Wire):
    """What was written down about a client who is joined with this one, in their own chat."""

    chat_id: Id
    client_name: str
    mess_source: int
    note: str
    fields: list[ClientFieldOut]

    example = {
        "chatId": 6,
        "clientName": "Taras Bondar",
        "messSource": 3,
        "note": "Wholesale",
        "fields": [],
    }

    @classmethod
    def of(cls, also: AlsoAbout) -> "AlsoAboutOut":
        chat, about = also.chat, ClientAboutOut.of(also.about)
        return cls(
            chat_id=chat.id,
            client_name=chat.name or unnamed(chat.source, chat.external_id),
            mess_source=int(chat.source),
            note=about.note,
            fields=about.fields,
        )


class ClientCardOut(Wire):
    """A chat's client. `phone` is attested by the platform, `phoneHint` only named.

    `about` is what operators wrote down about this client, `alsoAbout` about those joined with
    them. `isJoined`: they have contacts on other channels, which `phones`, `identities` and
    `otherChats` are of too. There is nothing in it that no chat of the caller shows.
    """

    id: Id
    name: str
    phone: str | None
    phone_hint: str | None
    is_joined: bool
    about: ClientAboutOut
    also_about: list[AlsoAboutOut]
    phones: list[KnownPhoneOut]
    identities: list[IdentityOut]
    other_chats: list[PersonsChatOut]
    suggestions: list[SuggestionOut]

    example = {
        "id": 7,
        "name": "Taras Bondar",
        "phone": "+380501234567",
        "phoneHint": None,
        "isJoined": True,
        "about": ClientAboutOut.example,
        "alsoAbout": [AlsoAboutOut.example],
        "phones": [KnownPhoneOut.example],
        "identities": [IdentityOut.example],
        "otherChats": [PersonsChatOut.example],
        "suggestions": [SuggestionOut.example],
    }

    @classmethod
    def of(cls, card: ClientCard) -> "ClientCardOut":
        chat, client = card.chat, card.chat.client
        return cls(
            id=client.id,
            name=client.name or title_of(chat),
            phone=client.phone,
            phone_hint=card.phone_hint,
            is_joined=card.is_joined,
            about=ClientAboutOut.of(card.about),
            also_about=[AlsoAboutOut.of(one) for one in card.also_about],
            phones=[KnownPhoneOut.of(one) for one in card.phones],
            identities=[IdentityOut.of(one) for one in card.identities],
            other_chats=[PersonsChatOut.of(one) for one in card.other_chats],
            suggestions=[SuggestionOut.of(one) for one in card.suggestions],
        )
