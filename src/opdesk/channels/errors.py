"""What can go wrong with channels."""

from opdesk.kit.errors import Conflict, Invalid, NotFound, Unavailable


class ChannelNotFound(NotFound):
    title = "No such channel"


class ChannelTaken(Conflict):
    """One account is connected once: two would take each other's webhook."""

    title = "This account is already connected"


class AnotherAccount(Conflict):
    """A channel keeps its account: its chats are that account's."""

    title = "These settings belong to another account"


class ChannelRefused(Invalid):
    """The platform did not accept the settings; `detail` has its words."""

    title = "The platform refused these settings"


class PlatformUnreachable(Unavailable):
    """The platform did not answer, so nothing was saved."""

    title = "The platform can't be reached"


class SourceNotServed(Invalid):
    title = "This source can't be connected yet"
