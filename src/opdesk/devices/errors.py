"""What can go wrong with devices."""

from opdesk.kit.errors import NotFound


class DeviceNotFound(NotFound):
    """Never there, removed, or somebody else's."""

    title = "No such device"
