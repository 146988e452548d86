"""JSON shapes of channels, and of what a chat's channel takes."""

from opdesk.connectors.wire.channels import (
    ChannelChangeIn,
    ChannelIn,
    ChannelOut,
    CheckOut,
    ChoiceOut,
    LimitsOut,
    OnlyWithOut,
    RecentChatOut,
    SettingOut,
    SourceOut,
    StepOut,
    TestMessageIn,
    TroubleOut,
)
from opdesk.connectors.wire.writing import BegunChatIn, CanSendOut, TemplateIn, TemplateOut

__all__ = [
    "BegunChatIn",
    "CanSendOut",
    "ChannelChangeIn",
    "ChannelIn",
    "ChannelOut",
    "CheckOut",
    "ChoiceOut",
    "LimitsOut",
    "OnlyWithOut",
    "RecentChatOut",
    "SettingOut",
    "SourceOut",
    "StepOut",
    "TemplateIn",
    "TemplateOut",
    "TestMessageIn",
    "TroubleOut",
]
