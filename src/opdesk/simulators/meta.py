"""Meta's side of Messenger and Instagram: the Graph API, signed webhooks, people's phones."""

import hashlib
import hmac
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

import httpx
import msgspec
from typing_extensions import override

from opdesk.kit.clock import DAY_MS, HOUR_MS, Clock
from opdesk.kit.ids import new_secret
from opdesk.media.model import MediaType
from opdesk.simulators.base import Call, Line, Person, Platform, Reply

VERSION = "v26.0"
WINDOW_MS, HUMAN_AGENT_MS = 24 * HOUR_MS, 7 * DAY_MS
MAX_PHOTO, MAX_FILE = 8 * 1024 * 1024, 25 * 1024 * 1024
KINDS = {
    MediaType.PHOTO: "image",
    MediaType.VIDEO: "video",
    MediaType.AUDIO: "audio",
    MediaType.FILE: "file",
}
BY_NAME = {name: kind for kind, name in KINDS.items()}
File = tuple[str, str, bytes]


class GraphRefusal(Exception):
    """An error to answer with, by the numbers of Meta's table."""

    def __init__(self, status: int, code: int, subcode: int, words: str) -> None:
        super().__init__(words)
        self.reply = refusal(status, code, subcode, words)


def refusal(status: int, code: int, subcode: int = 0, words: str = "no") -> Reply:
    """As the Graph API words an error."""
    error: dict[str, Any] = {"message": words, "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return Reply(status, {"error": {**error, "fbtrace_id": "A-made-up-trace"}})


@dataclass(slots=True)
class Hook:
    """Where the app's webhooks go, and which events."""

    url: str = ""
    fields: set[str] = field(default_factory=set)


class Meta(Platform):
    """One account of one app. `subscribed`: its events that go to the app, by our call."""

    object: ClassVar[str]
    window_refusal: ClassVar[tuple[int, int, int]]

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.account_id = "206070979425408"
        self.app_id, self.app_secret = "1234567890123456", hashlib.md5(b"app").hexdigest()  # noqa: S324
        self.token = f"EAAG{new_secret(24)}"
        self.scopes: list[str] = []
        self.token_ends_at = 0
        self.hook = Hook()
        self.subscribed: set[str] = set()
        self.blocked: set[str] = set()
        self.nameless: set[str] = set()
        """People who let nobody know their names."""
        self.typing: list[tuple[str, str]] = []
        """(person, sender action), oldest first."""
        self._last_written: dict[str, int] = {}
        self._files: dict[str, File] = {}
        self._base_url = ""
        self._count = 0

    @override
    def resume(self, people: Mapping[str, Person], phones: Mapping[str, list[Line]]) -> None:
        super().resume(people, phones)
        self._last_written.update({one: self._last_written_by(one) for one in people})

    # --- what people do -----------------------------------------------------

    @override
    async def writes(self, person: Person, text: str, **more: Any) -> Line:
        """`more` goes into the message: `reply_to`, `quick_reply`, `referral`, ..."""
        return await self._brings(person, Line(self._mid(), self._now(), True, text), more)

    @override
    async def sends_file(
        self, person: Person, kind: MediaType, file: File, caption: str = ""
    ) -> Line:
        payload = {"url": self.host(file)}
        more = {"attachments": [{"type": KINDS[kind], "payload": payload}]}
        line = Line(self._mid(), self._now(), True, caption, file, kind)
        return await self._brings(person, line, more)

    async def attaches(self, person: Person, *attachments: Mapping[str, Any]) -> Line:
        """Attachments of any kind, as the platform tells them."""
        line = Line(self._mid(), self._now(), True)
        return await self._brings(person, line, {"attachments": attachments})

    async def reacts(self, person: Person, mid: str, emoji: str | None) -> None:
        action = {"emoji": emoji, "action": "react"} if emoji else {"action": "unreact"}
        await self.tells(person, {"reaction": {"mid": mid, **action}})

    async def presses(self, person: Person, title: str, payload: str) -> None:
        """A button of a menu or of an older message."""
        self._last_written[person.id] = self._now()
        postback = {"mid": self._mid(), "title": title, "payload": payload}
        await self.tells(person, {"postback": postback})

    async def takes_back(self, person: Person, mid: str) -> None:
        """The person unsends a message."""
        lines = self.phones[person.id]
        lines[:] = [one for one in lines if one.id != mid]
        await self.tells(person, {"message": {"mid": mid, "is_deleted": True}})

    async def company_writes(self, person: Person, text: str) -> str:
        """Somebody of the company's answers in Meta's own inbox."""
        mid = self._mid()
        self.show(person.id, Line(mid, self._now(), False, text))
        await self._echo(person, {"mid": mid, "text": text}, "263902037430900")
        return mid

    async def tells(self, person: Person, event: Mapping[str, Any]) -> None:
        """One event of a person's, to the webhook."""
        parties = {"sender": {"id": person.id}, "recipient": {"id": self.account_id}}
        await self.deliver({**parties, "timestamp": self._now(), **event})

    async def deliver(self, *events: Mapping[str, Any]) -> None:
        """A batch of events in one signed call, if the app has a webhook and the account is its."""
        if not self.hook.url or not self.subscribed:
            return
        entry = {"id": self.account_id, "time": self._now(), "messaging": events}
        body = msgspec.json.encode({"object": self.object, "entry": [entry]})
        await self.post(self.hook.url, body, self.signed(body))

    def signed(self, body: bytes) -> dict[str, str]:
        digest = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}

    def host(self, file: File) -> str:
        """The address of a person's file on Meta's servers."""
        name = f"{new_secret(8)}-{file[0]}"
        self._files[name] = file
        return f"{self._base_url}/cdn/{name}?signature=made-up"

    async def paste(self, url: str, verify_token: str, fields: list[str] | None = None) -> None:
        """Callback URL and verify token, as an admin pastes them. Raises GraphRefusal."""
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
        asked = f"{url}?{urlencode({**query, 'hub.verify_token': verify_token})}"
        async with httpx.AsyncClient(trust_env=False, timeout=30, verify=self.trusted) as client:
            reply = await client.get(asked)
        if reply.status_code != 200 or reply.text != "1158201444":
            raise GraphRefusal(400, 2200, 0, "Callback verification failed")
        self.hook = Hook(url, set(fields or []))

    # --- what OpDesk calls --------------------------------------------------

    @override
    def name_of(self, call: Call) -> str:
        last = call.path.rstrip("/").rpartition("/")[2]
        if call.path.startswith("/cdn/"):
            return "file"
        if last == "messages" and "sender_action" in call.body:
            return "sender_action"
        return "person" if last in self.people else last

    @override
    def refused_key(self) -> Reply:
        return refusal(401, 190, 0, "Invalid OAuth access token - Cannot parse access token")

    @override
    async def answer_to(self, call: Call) -> Reply:
        name = self.name_of(call)
        if name == "file":
            return self._file(call)
        is_app_call = name in ("subscriptions", "debug_token")
        token = f"{self.app_id}|{self.app_secret}" if is_app_call else self.token
        if not self._has_token(call, token):
            return self.refused_key()
        answer = getattr(self, f"_{name}", None)
        if answer is None:
            return refusal(400, 100, 33, "Unsupported request - object does not exist")
        try:
            found: Reply = await answer(call)
        except GraphRefusal as refused:
            return refused.reply
        return found

    def _has_token(self, call: Call, token: str) -> bool:
        given = call.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())

    def _file(self, call: Call) -> Reply:
        found = self._files.get(call.path.rpartition("/")[2])
        return Reply(200, found[2]) if found else Reply(404, {"error": "no such file"})

    async def _debug_token(self, call: Call) -> Reply:
        is_valid = call.query.get("input_token") == self.token
        known = {"app_id": self.app_id, "type": "PAGE", "scopes": self.scopes}
        told = {**known, "expires_at": self.token_ends_at, "is_valid": is_valid}
        return Reply(200, {"data": told if is_valid else {"is_valid": False, "scopes": []}})

    async def _subscriptions(self, call: Call) -> Reply:
        if call.method == "POST":
            body = call.body
            if body.get("object") != self.object:
                raise GraphRefusal(400, 100, 0, "(#100) object must be a valid one")
            fields = str(body["fields"]).split(",")
            await self.paste(str(body["callback_url"]), str(body["verify_token"]), fields)
            return Reply(200, {"success": True})
        known = [{"name": one, "version": VERSION} for one in sorted(self.hook.fields)]
        row = {"object": self.object, "callback_url": self.hook.url, "active": True}
        return Reply(200, {"data": [{**row, "fields": known}] if self.hook.url else []})

    async def _subscribed_apps(self, call: Call) -> Reply:
        if call.method == "GET":
            row = {"id": self.app_id, "name": "Demo", "subscribed_fields": sorted(self.subscribed)}
            return Reply(200, {"data": [row] if self.subscribed else []})
        self.subscribed = set()
        if call.method == "POST":
            fields = call.query.get("subscribed_fields", "")
            if not fields:
                raise GraphRefusal(
                    400, 100, 0, "(#100) The parameter subscribed_fields is required"
                )
            self.subscribed = set(fields.split(","))
        return Reply(200, {"success": True})

    async def _sender_action(self, call: Call) -> Reply:
        person = self._recipient(call)
        action = call.body["sender_action"]
        if action not in ("typing_on", "typing_off", "mark_seen"):
            raise GraphRefusal(400, 100, 0, "(#100) Param sender_action must be one of {…}")
        self.typing.append((person.id, action))
        return Reply(200, {"recipient_id": person.id})

    async def _messages(self, call: Call) -> Reply:
        person, message = self._recipient(call), call.body.get("message") or {}
        self._hold_window(person, call.body)
        text, attachment = message.get("text"), message.get("attachment")
        if (text is None) == (attachment is None):
            raise GraphRefusal(400, 100, 2018032, "(#100) Must have text or an attachment")
        if text is not None and not self._takes_text(text):
            raise GraphRefusal(400, 100, 0, "(#100) Length of param message[text] is too long")
        line = Line(self._mid(), self._now(), False, text or "")
        if attachment is not None:
            kind = BY_NAME.get(attachment.get("type"))
            if kind is None:
                raise GraphRefusal(400, 100, 2018032, "(#100) Invalid attachment type")
            file = await self._attached(attachment.get("payload") or {})
            hold_size(kind, file)
            line = replace(line, file=file, kind=kind)
        self.show(person.id, line)
        await self._echo(person, {"mid": line.id, **message}, self.app_id)
        return Reply(200, {"recipient_id": person.id, "message_id": line.id})

    @abstractmethod
    async def _attached(self, payload: Mapping[str, Any]) -> File:
        """The file that a message names. Raises GraphRefusal."""

    @abstractmethod
    def _takes_text(self, text: str) -> bool:
        """Whether it is short enough."""

    def _recipient(self, call: Call) -> Person:
        person = self.people.get(str((call.body.get("recipient") or {}).get("id")))
        if person is None:
            raise GraphRefusal(400, 100, 2018001, "(#100) No matching user found")
        if person.id in self.blocked:
            raise GraphRefusal(400, 551, 1545041, "(#551) This person isn't available right now.")
        return person

    def _hold_window(self, person: Person, body: Mapping[str, Any]) -> None:
        age_ms = self._now() - self._last_written.get(person.id, 0)
        is_tagged = body.get("messaging_type") == "MESSAGE_TAG" and body.get("tag") == "HUMAN_AGENT"
        if age_ms > (HUMAN_AGENT_MS if is_tagged else WINDOW_MS):
            raise GraphRefusal(*self.window_refusal, "(#10) Sent outside of allowed window.")

    async def _brings(self, person: Person, line: Line, more: Mapping[str, Any]) -> Line:
        self.people[person.id] = person
        self._last_written[person.id] = line.at
        self.show(person.id, line)
        text = {"text": line.text} if line.text else {}
        await self.tells(person, {"message": {"mid": line.id, **text, **more}})
        return line

    async def _echo(self, person: Person, message: Mapping[str, Any], app_id: str) -> None:
        """Everything that goes to a person comes back to the webhook."""
        told = {**message, "is_echo": True, "app_id": int(app_id)}
        parties = {"sender": {"id": self.account_id}, "recipient": {"id": person.id}}
        await self.deliver({**parties, "timestamp": self._now(), "message": told})

    def _mid(self) -> str:
        self._count += 1
        return f"m_{self._count}-{new_secret(40)}"

    def _now(self) -> int:
        return self.clock.now_ms()


def hold_size(kind: MediaType, file: File) -> None:
    if len(file[2]) > (MAX_PHOTO if kind is MediaType.PHOTO else MAX_FILE):
        raise GraphRefusal(400, 100, 2018109, "(#100) Attachment size exceeds allowable limit")
