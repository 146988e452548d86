"""JSON shapes of pushes."""

from opdesk.devices.model import Subscription
from opdesk.kit.wire import Id, Wire, WireIn

_OUR_POINT = (
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
)
_THEIR_POINT = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)


class PushKeyOut(Wire):
    """The server's key (`applicationServerKey`, base64url); null where pushes are switched off."""

    key: str | None

    example = {"key": _OUR_POINT}


class PushDeviceIn(WireIn):
    """What `PushSubscription` has: `endpoint`, and `p256dh` and `auth` in base64url.

    `key` is the server's key that the browser subscribed with, `language` (uk or en) the one in
    which it is told.
    """

    endpoint: str
    p256dh: str
    auth: str
    key: str
    language: str = "uk"

    example = {
        "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABp",
        "p256dh": _THEIR_POINT,
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        "key": _OUR_POINT,
        "language": "uk",
    }

    def subscription(self, kid: str) -> Subscription:
        return Subscription(self.endpoint, self.p256dh, self.auth, kid, self.language)


class PushDeviceOut(Wire):
    id: Id

    example = {"id": 5}


class PushTrialOut(Wire):
    """`outcome`: sent, later (its push service is busy or out of reach), refused, gone (the

    browser has unsubscribed, and the device was removed).
    """

    outcome: str

    example = {"outcome": "sent"}
