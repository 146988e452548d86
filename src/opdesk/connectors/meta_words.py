"""What an admin is told of both Messenger and Instagram, in both languages."""

from opdesk.connectors.base import Setting, SettingKind, Words
from opdesk.connectors.graph import GRAPH_VERSION

VERSION = Setting(
    name="graphVersion",
    kind=SettingKind.TEXT,
    label=Words("Версія Graph API", "Version of the Graph API"),
    help=Words(
        "Змінюйте лише тоді, коли Meta припиняє підтримку цієї версії.",
        "Change it only when Meta ends the support of this version.",
    ),
    example=GRAPH_VERSION,
    is_required=False,
    default=GRAPH_VERSION,
    pattern=r"v[0-9]{1,3}\.[0-9]",
    must="must be a version, such as v26.0",
)
META_TROUBLES = {
    "permissionsMissing": Words(
        "Маркеру бракує дозволів: {names}. Створіть маркер знову, надавши їх, і збережіть його.",
        "The token lacks permissions: {names}. Make the token again, grant them, and save it.",
    ),
    "tokenEnds": Words(
        "Маркер сторінки діє до {date}. До того створіть маркер без терміну (довготривалий або"
        " системного користувача) і збережіть його тут.",
        "The Page's token ends on {date}. Before that make one without an end (a long-lived one,"
        " or a system user's) and save it here.",
    ),
    "noWebhook": Words(
        "Meta надсилає повідомлення лише на адресу https. Задайте налаштування сервера"
        " OPDESK_PUBLIC_URL, яке відкривається з інтернету, і збережіть канал знову.",
        "Meta sends messages to an https address only. Set the server's OPDESK_PUBLIC_URL to one"
        " that can be opened from the internet and save the channel again.",
    ),
    "webhookForeign": Words(
        "Вебхук застосунку веде не до нас: його, мабуть, налаштувала інша програма. Візьміть"
        " окремий застосунок Meta або від'єднайте ту програму, тоді збережіть канал знову.",
        "The app's webhook does not lead to us: another program has probably set it. Take a Meta"
        " app of your own, or disconnect that program, then save the channel again.",
    ),
}
