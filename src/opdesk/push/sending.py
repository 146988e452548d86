"""One push on its way: encrypted, signed, and what the push service says of it."""

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import msgspec

from opdesk.devices.model import Subscription
from opdesk.kit.clock import Clock
from opdesk.kit.errors import TooManyRequests
from opdesk.kit.http_client import AddressRefused, HttpClient, HttpError, HttpReply, Network
from opdesk.kit.keyring import Keyring, fingerprint
from opdesk.kit.limits import Pauses
from opdesk.kit.web_push import browser_keys, encrypt, vapid_key
from opdesk.push.model import PUSH_KEY, TTL_S, Shown

TIMEOUT_S = 10.0
TRIAL_PAUSE_S = 3
MAX_RETRY_AFTER_S = 600.0
"""A service that wants to be left alone longer is asked again all the same."""
TOPIC_CHARS = 32
"""More no push service has to take (RFC 8030, 5.4)."""
TOO_MANY = 429
GONE = (404, 410)


class Verdict(StrEnum):
    """What became of a push."""

    SENT = "sent"
    GONE = "gone"
    """The browser has unsubscribed, or our key is no more: the device is to be forgotten."""
    LATER = "later"
    """The push service is busy, broken or out of reach."""
    REFUSED = "refused"
    """Trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`after_s`: when the service wants to be asked again, if it said so. `why` is for the log."""

    verdict: Verdict
    after_s: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """What an installation has set.

    `contact`: where push services find its people, a mailto: or https: address. `plain_in`: the
    networks of push services of its own, which need no TLS.
    """

    contact: str
    is_on: bool
    plain_in: tuple[Network, ...]


class PushSender:
    """Sends to any push service, by the guarded way out."""

    def __init__(self, http: HttpClient, keyring: Keyring, clock: Clock, about: Sender) -> None:
        self._http, self._keyring, self._clock = http, keyring, clock
        self._contact, self.is_on, self.plain_in = about.contact, about.is_on, about.plain_in
        self._trials = Pauses(clock)

    @property
    def public_key(self) -> str:
        """What browsers subscribe with."""
        return vapid_key(self._keyring.current(PUSH_KEY).secret).public

    def kid_of(self, public_key: str) -> str | None:
        """Which of our keys this is; None for one that is not ours, or is too old."""
        current = self._keyring.current(PUSH_KEY)
        return current.kid if vapid_key(current.secret).public == public_key else None

    def brake(self, device_id: int) -> None:
        """For what somebody sends by hand. Raises TooManyRequests."""
        if self._trials.is_on(device_id):
            raise TooManyRequests("the last one is hardly out", retry_after_s=TRIAL_PAUSE_S)
        self._trials.begin(device_id, TRIAL_PAUSE_S)

    async def send(self, subscription: Subscription, shown: Shown, device_id: int) -> Outcome:
        """One attempt; never raises for what the other side does."""
        key = self._keyring.find(PUSH_KEY, subscription.kid)
        if key is None:
            return Outcome(Verdict.GONE, why="the key was dropped")
        body = encrypt(_payload(shown), browser_keys(subscription.p256dh, subscription.auth))
        signed = vapid_key(key.secret).authorization(
            subscription.endpoint, self._contact, self._clock.now_ms()
        )
        headers = {
            "Authorization": signed,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_S),
            "Urgency": "high",
            # By it the service replaces what it still holds; it says nothing of the chat.
            "Topic": fingerprint(f"{device_id}:{shown.tag}")[:TOPIC_CHARS],
        }
        try:
            reply = await self._http.request(
                "POST", subscription.endpoint, timeout_s=TIMEOUT_S, headers=headers, content=body
            )
        except AddressRefused as error:
            return Outcome(Verdict.REFUSED, why=str(error))
        except HttpError as error:
            return Outcome(Verdict.LATER, why=str(error))
        return _outcome(reply)


def host_of(endpoint: str) -> str:
    """Whose service it is; the rest of an endpoint is nobody's business."""
    return urlsplit(endpoint).netloc


def _payload(shown: Shown) -> bytes:
    said = {"title": shown.title, "body": shown.body, "tag": shown.tag, "chatId": shown.chat_id}
    return msgspec.json.encode(said)


def _outcome(reply: HttpReply) -> Outcome:
    status = reply.status
    if 200 <= status < 300:
        return Outcome(Verdict.SENT)
    if status in GONE:
        return Outcome(Verdict.GONE, why=f"status {status}")
    if status == TOO_MANY or status >= 500:
        return Outcome(Verdict.LATER, _retry_after_s(reply), f"status {status}")
    return Outcome(Verdict.REFUSED, why=f"status {status}")


def _retry_after_s(reply: HttpReply) -> float | None:
    """Seconds only: a date here would be read against another clock."""
    with contextlib.suppress(ValueError):
        return min(max(float(int(reply.headers.get("retry-after", ""))), 0.0), MAX_RETRY_AFTER_S)
    return None
