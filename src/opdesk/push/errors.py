"""What can go wrong with pushes."""

from opdesk.kit.errors import Conflict


class PushOff(Conflict):
    """The installation sends no pushes."""

    title = "Pushes are switched off"


class OldPushKey(Conflict):
    """The browser subscribed with a key that is not the present one."""

    title = "Another key is in use"
