"""The side of a small WhatsApp that OpDesk calls: Meta's Graph API with one phone number.

It asks a new webhook address for its challenge, and keeps the 24 hours.
"""

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
from typing_extensions import override

from opdesk.channels.model import Source
from opdesk.kit.clock import HOUR_MS, SECOND_MS, Clock
from opdesk.kit.ids import new_secret
from opdesk.simulators.base import Call, Line, Person, Platform, Reply
from opdesk.simulators.whatsapp_rules import (
    UPLOADED,
    Refused,
    Shown,
    check_file,
    read_message,
    refusal,
)

NUMBER, WABA, APP = "106540352242922", "102290129340398", "670843887433847"
SHOWN_NUMBER = "+380 44 123 45 67"
WINDOW_MS = 24 * HOUR_MS
TEMPLATES: list[dict[str, Any]] = [
    {
        "name": "order_ready",
        "language": "uk",
        "category": "UTILITY",
        "status": "APPROVED",
        "parameter_format": "POSITIONAL",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Замовлення {{1}}"},
            {"type": "BODY", "text": "Чекаємо на вас: {{2}}. До зустрічі, {{1}}!"},
            {"type": "FOOTER", "text": "Не відповідайте, якщо все гаразд"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Дякую"}]},
        ],
    },
    {
        "name": "hello",
        "language": "uk",
        "category": "MARKETING",
        "status": "APPROVED",
        "parameter_format": "NAMED",
        "components": [
            {"type": "BODY", "text": "Вітаємо, {{name}} з міста {{city}}! {{name}}, ми тут"}
        ],
    },
    {
        "name": "thanks",
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Thank you!"}],
    },
]
"""What the company's account has, approved."""


class CloudApi(Platform):
    """The Graph API as far as one phone number needs it, as an ASGI application."""

    source: ClassVar[Source] = Source.WHATSAPP

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.token = f"EAAJ{new_secret(24)}"
        self.app_secret = new_secret(24).encode().hex()[:32]
        self.templates = [dict(one) for one in TEMPLATES]
        self.token_info: dict[str, Any] = {
            "app_id": APP,
            "is_valid": True,
            "expires_at": 0,
            "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"],
        }
        self.health: dict[str, Any] = {"can_send_message": "AVAILABLE", "entities": []}
        self.callback = ""
        """The number's own webhook address; `subscription` is the app's."""
        self.subscription: dict[str, Any] | None = None
        self.subscribed: set[str] = set()
        """The apps that hear of the company's account."""
        self.marked_read: list[str] = []
        self.typing_shown = 0
        self._marks: dict[str, str] = {}
        self._files: dict[str, tuple[str, str, bytes]] = {}
        self._wrote_at: dict[str, int] = {}
        # Numbers of an earlier start are never used again: the desk may still know them.
        self._last = self.clock.now_ms()

    @override
    def settings(self, base_url: str) -> dict[str, str]:
        return {
            "phoneNumberId": NUMBER,
            "wabaId": WABA,
            "accessToken": self.token,
            "appId": APP,
            "appSecret": self.app_secret,
            "apiBaseUrl": base_url,
        }

    @override
    def resume(self, people: Mapping[str, Person], phones: Mapping[str, list[Line]]) -> None:
        super().resume(people, phones)
        self._wrote_at.update({one: self._last_written_by(one) for one in people})

    def _new_id(self) -> str:
        self._last += 1
        return f"wamid.{base64.b64encode(f'HBgM{self._last}'.encode()).decode()}"

    def _keep(self, file: tuple[str, str, bytes]) -> str:
        self._last += 1
        self._files[str(self._last)] = file
        return str(self._last)

    def _now(self) -> str:
        return str(self.clock.now_ms() // SECOND_MS)

    # --- what OpDesk calls -------------------------------------------------

    @override
    def name_of(self, call: Call) -> str:
        """The method with the path's last word; ids are told by what they are."""
        _, *parts = call.path.strip("/").split("/")
        known = {NUMBER: "number", WABA: "account", APP: "app"}
        last = known.get(parts[-1], parts[-1]) if parts else ""
        is_read = isinstance(call.body, dict) and call.body.get("status") == "read"
        if last == "messages" and is_read:
            return "mark_read"
        if last.isdecimal():
            last = "file" if call.path.startswith("/lookaside/") else "medium"
        return f"{call.method} {last}"

    @override
    def refused_key(self) -> Reply:
        return refusal(190, "Error validating access token: the session is invalid", 401, 460)

    @override
    async def answer_to(self, call: Call) -> Reply:
        name = self.name_of(call)
        is_apps = name in _OF_THE_APP
        wanted = f"{APP}|{self.app_secret}" if is_apps else self.token
        if call.headers.get("authorization") != f"Bearer {wanted}":
            return refusal(190, "Invalid OAuth access token", 401)
        handler = _HANDLERS.get(name)
        version, *ids = call.path.strip("/").split("/")[:-1]
        if handler is None or version not in ("v26.0", "lookaside") or not _OURS.issuperset(ids):
            return refusal(100, "Unsupported request: no such object", 400, 33)
        try:
            reply: Reply = await getattr(self, handler)(call)
            return reply
        except Refused as refused:
            return refused.reply

    async def _number(self, _call: Call) -> Reply:
        hook = {"phone_number": self.callback} if self.callback else {}
        return Reply(
            200,
            {
                "id": NUMBER,
                "display_phone_number": SHOWN_NUMBER,
                "webhook_configuration": {**hook, "application": "https://elsewhere.example/"},
                "health_status": self.health,
            },
        )

    async def _numbers(self, _call: Call) -> Reply:
        return Reply(200, {"data": [{"id": "1"}, {"id": NUMBER}]})

    async def _app(self, _call: Call) -> Reply:
        return Reply(200, {"id": APP})

    async def _debug(self, call: Call) -> Reply:
        is_it = call.query.get("input_token") == self.token
        wrong = {"is_valid": False, "error": {"code": 190, "message": "Malformed access token"}}
        return Reply(200, {"data": self.token_info if is_it else wrong})

    async def _subscriptions(self, _call: Call) -> Reply:
        listed = [] if self.subscription is None else [self.subscription]
        return Reply(200, {"data": listed})

    async def _subscribe(self, call: Call) -> Reply:
        body: Mapping[str, str] = call.body
        await self._verify(body["callback_url"], body["verify_token"])
        fields = [{"name": name, "version": "v26.0"} for name in body["fields"].split(",")]
        self.subscription = {
            "object": body["object"],
            "callback_url": body["callback_url"],
            "active": True,
            "fields": fields,
        }
        return Reply(200, {"success": True})

    async def _subscribed_apps(self, _call: Call) -> Reply:
        apps = [
            {"whatsapp_business_api_data": {"id": app, "name": "CRM"}} for app in self.subscribed
        ]
        return Reply(200, {"data": apps})

    async def _subscribe_app(self, _call: Call) -> Reply:
        self.subscribed.add(APP)
        return Reply(200, {"success": True})

    async def _override(self, call: Call) -> Reply:
        given = call.body["webhook_configuration"]
        url = given["override_callback_uri"]
        if url:
            await self._verify(url, given["verify_token"])
        self.callback = url
        return Reply(200, {"success": True})

    async def _verify(self, url: str, verify_token: str) -> None:
        challenge = new_secret(8)
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": verify_token,
            "hub.challenge": challenge,
        }
        async with httpx.AsyncClient(trust_env=False, verify=self.trusted) as client:
            reply = await client.get(url, params=query)
        if reply.status_code != 200 or reply.text != challenge:
            raise Refused(2200, "Callback verification failed with the following errors")

    async def _templates(self, call: Call) -> Reply:
        """Pages of two, so that reading them is reading pages."""
        found = [
            one
            for one in self.templates
            if call.query.get("name", "") in one["name"]
            and call.query.get("language", one["language"]) == one["language"]
            and call.query.get("status", one["status"]) == one["status"]
        ]
        start = int(call.query.get("after", 0))
        page = {"data": found[start : start + 2]}
        if start + 2 >= len(found):
            return Reply(200, page)
        paging = {"cursors": {"after": str(start + 2)}, "next": "https://graph.facebook.com/…"}
        return Reply(200, {**page, "paging": paging})

    async def _upload(self, call: Call) -> Reply:
        mime = call.body.get("type", "")
        if call.body.get("messaging_product") != "whatsapp" or "file" not in call.files:
            raise Refused(100, "messaging_product and file are required")
        if not UPLOADED.fullmatch(mime):
            raise Refused(100, "Param file must be a file with one of the following types")
        name, content = call.files["file"]
        return Reply(200, {"id": self._keep((name, mime, content))})

    async def _medium(self, call: Call) -> Reply:
        media_id = call.path.rpartition("/")[2]
        if media_id not in self._files or call.query.get("phone_number_id") != NUMBER:
            return refusal(100, "Object with this ID does not exist", 400, 33)
        _, mime, content = self._files[media_id]
        url = f"http://{call.headers['host']}/lookaside/{media_id}"
        answer = {"url": url, "mime_type": mime, "file_size": len(content), "id": media_id}
        return Reply(200, answer)

    async def _file(self, call: Call) -> Reply:
        return Reply(200, self._files[call.path.rpartition("/")[2]][2])

    async def _mark_read(self, call: Call) -> Reply:
        read = call.body.get("message_id")
        if not any(one.id == read for lines in self.phones.values() for one in lines):
            raise Refused(100, "Invalid message_id")
        self.marked_read.append(read)
        self.typing_shown += "typing_indicator" in call.body
        return Reply(200, {"success": True})

    async def _messages(self, call: Call) -> Reply:
        shown = read_message(call.body, self.templates)
        person = self._recipient(call.body)
        is_template = call.body["type"] == "template"
        wrote_at = self._wrote_at.get(person.id, -WINDOW_MS)
        if not is_template and self.clock.now_ms() - wrote_at >= WINDOW_MS:
            raise Refused(131047, "More than 24 hours have passed since the customer last replied")
        file = self._sent_file(call.body["type"], shown)
        line = Line(self._new_id(), self.clock.now_ms(), False, shown.text, file, shown.kind)
        self.show(person.id, line)
        self._marks[line.id] = str(call.body.get("biz_opaque_callback_data", ""))
        to = call.body.get("to") or call.body["recipient"]
        contact = {"input": to, "user_id": person.id}
        sent = {"id": line.id, "message_status": "accepted"}
        return Reply(
            200,
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]},
        )

    def _recipient(self, body: Mapping[str, Any]) -> Person:
        """A phone wins where both are given."""
        to, scoped = body.get("to"), body.get("recipient")
        for person in self.people.values():
            if person.phone == f"+{to}" or (to is None and person.id == scoped):
                return person
        if to is None:
            raise Refused(131062, "Business-scoped user ID is not usable")
        raise Refused(131026, "Message undeliverable")

    def _sent_file(self, kind: str, shown: Shown) -> tuple[str, str, bytes] | None:
        if shown.link is not None:
            return shown.link.rpartition("/")[2], "", b""
        if shown.upload is None:
            return None
        if shown.upload not in self._files:
            raise Refused(131053, "Media ID is not known")
        name, mime, content = self._files[shown.upload]
        check_file(kind, mime, len(content))
        return name, mime, content


_OURS = frozenset((NUMBER, WABA, APP))
_OF_THE_APP = ("GET app", "GET subscriptions", "POST subscriptions", "GET debug_token")
_HANDLERS = {
    "GET number": "_number",
    "POST number": "_override",
    "GET phone_numbers": "_numbers",
    "GET app": "_app",
    "GET debug_token": "_debug",
    "GET subscriptions": "_subscriptions",
    "POST subscriptions": "_subscribe",
    "GET subscribed_apps": "_subscribed_apps",
    "POST subscribed_apps": "_subscribe_app",
    "GET message_templates": "_templates",
    "POST media": "_upload",
    "GET medium": "_medium",
    "GET file": "_file",
    "POST messages": "_messages",
    "mark_read": "_mark_read",
}
