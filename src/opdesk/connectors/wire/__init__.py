"""JSON shapes of channels, and of what a chat's channel takes."""

from opdesk.connectors.wire.channels import (
    ChannelChangeIn,
    ChannelIn,
    ChannelOut,
    CheckOut,
    LimitsOut,
    RecentChatOut,
    SourceOut,
    TestMessageIn,
)
from opdesk.connectors.wire.writing import CanSendOut, TemplateIn, TemplateOut

__all__ = [
    "CanSendOut",
    "ChannelChangeIn",
    "ChannelIn",
    "ChannelOut",
    "CheckOut",
    "LimitsOut",
    "RecentChatOut",
    "SourceOut",
    "TemplateIn",
    "TemplateOut",
    "TestMessageIn",
]
