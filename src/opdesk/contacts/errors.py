"""What can go wrong with people."""

from opdesk.kit.errors import Conflict


class OnePerson(Conflict):
    """Two contacts are joined; whoever says that they are different people separates them."""

    title = "These chats are one person's"
