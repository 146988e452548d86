"""A small WhatsApp: customers with phones, whose company has a number of the Cloud API.

What they do is posted as Meta does it, signed with the app's secret.
"""

import base64
import hashlib
import hmac
from dataclasses import replace
from typing import Any

import msgspec
from typing_extensions import override

from opdesk.media.model import MediaType
from opdesk.simulators.base import Line, Person
from opdesk.simulators.whatsapp_api import APP, NUMBER, WABA, CloudApi

_KINDS = {
    MediaType.PHOTO: "image",
    MediaType.VIDEO: "video",
    MediaType.AUDIO: "audio",
    MediaType.FILE: "document",
    MediaType.STICKER: "sticker",
}


class WhatsApp(CloudApi):
    """The number's customers."""

    @override
    async def writes(self, person: Person, text: str, reply_to: str | None = None) -> Line:
        quoted: dict[str, Any] = {}
        if reply_to is not None:
            quoted = {"context": {"from": "380441234567", "id": reply_to}}
        return await self.says(person, "text", {"body": text}, text=text, **quoted)

    @override
    async def sends_file(
        self, person: Person, kind: MediaType, file: tuple[str, str, bytes], caption: str = ""
    ) -> Line:
        name, mime, content = file
        medium: dict[str, Any] = {"mime_type": mime, "id": self._keep(file)}
        medium["sha256"] = base64.b64encode(hashlib.sha256(content).digest()).decode()
        medium |= {"caption": caption} if caption else {}
        medium |= {"filename": name} if kind is MediaType.FILE else {}
        medium |= {"voice": True} if kind is MediaType.AUDIO else {}
        return await self.says(person, _KINDS[kind], medium, text=caption, file=file, shown=kind)

    async def sends_place(
        self, person: Person, latitude: float, longitude: float, name: str = ""
    ) -> Line:
        where = {"latitude": latitude, "longitude": longitude, **({"name": name} if name else {})}
        return await self.says(person, "location", where, text=name, shown=MediaType.LOCATION)

    async def sends_contact(self, person: Person, *people: tuple[str, str]) -> Line:
        """Contacts as (name, phone)."""
        contacts = [
            {"name": {"formatted_name": name, "first_name": name}, "phones": [{"phone": phone}]}
            for name, phone in people
        ]
        text = ", ".join(name for name, _ in people)
        return await self.says(person, "contacts", contacts, text=text, shown=MediaType.CONTACT)

    async def presses(self, person: Person, title: str, message_id: str) -> Line:
        """Press a template's button."""
        context = {"from": "380441234567", "id": message_id}
        pressed = {"payload": title, "text": title}
        return await self.says(person, "button", pressed, text=title, context=context)

    async def reacts(self, person: Person, message_id: str, emoji: str | None) -> None:
        """`emoji` None takes the reaction back."""
        reaction = {"message_id": message_id, **({"emoji": emoji} if emoji else {})}
        await self._tell(person, "reaction", reaction)

    async def edits(self, person: Person, message_id: str, text: str) -> None:
        edited = {"type": "text", "text": {"body": text}}
        said = {"original_message_id": message_id, "message": edited}
        await self._tell(person, "edit", said)
        self._change(person, message_id, text)

    async def takes_back(self, person: Person, message_id: str) -> None:
        await self._tell(person, "revoke", {"original_message_id": message_id})
        lines = self.phones[person.id]
        lines[:] = [one for one in lines if one.id != message_id]

    async def changes_number(self, person: Person, phone: str) -> Person:
        """The same person under another number, and so under another scoped id."""
        moved = Person(f"{person.id}0", person.name, phone)
        body = f"User {person.name} changed from {person.phone} to {phone}"
        said = {"type": "user_changed_number", "body": body, "wa_id": phone.removeprefix("+")}
        self.people[moved.id] = moved
        self.phones[moved.id] = self.phones.pop(person.id, [])
        self._wrote_at[moved.id] = self._wrote_at.get(person.id, 0)
        await self._tell(person, "system", {**said, "user_id": moved.id})
        return moved

    async def company_writes(self, person: Person, text: str) -> Line:
        """A colleague writes from the WhatsApp Business app, where the number is used in both."""
        line = self.show(person.id, Line(self._new_id(), self.clock.now_ms(), False, text))
        echo = {
            "from": "380441234567",
            "to_user_id": person.id,
            "id": line.id,
            "timestamp": self._now(),
            "type": "text",
            "text": {"body": text},
        }
        await self.post_change(
            "smb_message_echoes", message_echoes=[echo], contacts=[_contact(person)]
        )
        return line

    @override
    async def sees(self, person: Person) -> None:
        unseen = [
            one for one in self.phones[person.id] if not one.is_theirs and one.state != "read"
        ]
        self._mark_seen(person)
        for word in ("delivered", "read"):
            for line in unseen:
                await self.tells(person, line.id, word)

    async def tells(self, person: Person, message_id: str, word: str, **more: Any) -> None:
        """A status of a message of ours; the desk's number comes along."""
        status = {
            "id": message_id,
            "status": word,
            "timestamp": self._now(),
            **({"recipient_id": person.phone.removeprefix("+")} if person.phone else {}),
            "recipient_user_id": person.id,
            **more,
        }
        if message_id in self._marks:
            status["biz_opaque_callback_data"] = self._marks[message_id]
        await self.post_change("messages", statuses=[status], contacts=[_contact(person)])

    async def fails(self, person: Person, message_id: str, code: int, words: str) -> None:
        error = {"code": code, "title": words, "error_data": {"details": words}}
        await self.tells(person, message_id, "failed", errors=[error])

    async def says(
        self,
        person: Person,
        kind: str,
        content: Any,
        *,
        text: str = "",
        file: tuple[str, str, bytes] | None = None,
        shown: MediaType | None = None,
        **more: Any,
    ) -> Line:
        """A message of any kind, which the phone shows as `text`, `file` and `shown`."""
        self.people[person.id] = person
        self._wrote_at[person.id] = self.clock.now_ms()
        line = Line(self._new_id(), self.clock.now_ms(), True, text, file, shown)
        self.show(person.id, line)
        await self._tell(person, kind, content, id=line.id, **more)
        return line

    async def _tell(self, person: Person, kind: str, content: Any, **more: Any) -> None:
        message = {
            **({"from": person.phone.removeprefix("+")} if person.phone else {}),
            "from_user_id": person.id,
            "id": self._new_id(),
            "timestamp": self._now(),
            "type": kind,
            kind: content,
            **more,
        }
        contacts = {} if kind == "system" else {"contacts": [_contact(person)]}
        await self.post_change("messages", messages=[message], **contacts)

    async def post_change(self, field: str, **lists: Any) -> None:
        """Post one change, as every webhook here has."""
        metadata = {"display_phone_number": "380441234567", "phone_number_id": NUMBER}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **lists}
        entry = [{"id": WABA, "changes": [{"field": field, "value": value}]}]
        await self.post_body(
            msgspec.json.encode({"object": "whatsapp_business_account", "entry": entry})
        )

    async def post_body(self, body: bytes) -> None:
        """Sign a body and post it where the number's webhooks go; nowhere is where nobody asked."""
        url = self.callback or (self.subscription or {}).get("callback_url", "")
        if url and APP in self.subscribed:
            digest = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
            await self.post(url, body, {"X-Hub-Signature-256": f"sha256={digest}"})

    def _change(self, person: Person, message_id: str, text: str) -> None:
        lines = self.phones[person.id]
        lines[:] = [replace(one, text=text) if one.id == message_id else one for one in lines]


def _contact(person: Person) -> dict[str, Any]:
    phone = {"wa_id": person.phone.removeprefix("+")} if person.phone else {}
    return {"profile": {"name": person.name}, "user_id": person.id, **phone}
