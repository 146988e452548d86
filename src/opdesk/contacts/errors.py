"""What can go wrong with people."""

from typing import Any

from opdesk.kit.errors import Conflict


class OnePerson(Conflict):
    """Two contacts are joined; whoever says that they are different people separates them."""

    title = "These chats are one person's"


class AboutChanged(Conflict):
    """A colleague has written about the client since. `about` is what stands there."""

    title = "Somebody has changed this meanwhile"

    def __init__(self, about: Any) -> None:
        super().__init__("read what stands there, and write again with its version")
        self.about = about
