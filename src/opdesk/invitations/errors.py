"""What can go wrong with one-time links."""

from opdesk.kit.errors import NotFound


class LinkGone(NotFound):
    """Never made, used, replaced by a newer one, or too old: the answer is the same."""

    title = "This link does not count"
