"""What an admin is told about Telegram bots, in both languages."""

from opdesk.connectors.base import (
    Declaration,
    Hearing,
    Limits,
    MediaType,
    Pace,
    Setting,
    SettingKind,
    Step,
    WebhookSetup,
    Words,
)

DEFAULT_BASE_URL = "https://api.telegram.org"
BOT_TOKEN = Setting(
    name="botToken",
    kind=SettingKind.SECRET,
    label=Words("Токен бота", "Bot token"),
    help=Words(
        "Рядок, який @BotFather показує після /newbot, або /mybots → ваш бот → API Token. Хто має"
        " токен, той керує ботом: не пересилайте його. Після збереження токен більше не"
        " показується.",
        "The line that @BotFather shows after /newbot, or at /mybots → your bot → API Token."
        " Whoever has the token controls the bot: do not pass it on. It is not shown again once"
        " it is saved.",
    ),
    example="123456789:AAE-made-up-token-of-a-bot",
    pattern=r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}",
    must="must be a bot's token, such as 123456:ABC-DEF…",
)
API_BASE_URL = Setting(
    name="apiBaseUrl",
    kind=SettingKind.URL,
    label=Words("Адреса сервера Bot API", "Address of the Bot API server"),
    help=Words(
        "Залиште як є, якщо у вашої компанії немає власного сервера telegram-bot-api. Адреса у"
        " приватній мережі працює лише тоді, коли її дозволяє налаштування сервера"
        " OPDESK_OUTGOING_ALLOW.",
        "Leave it as it is unless your company runs a telegram-bot-api server of its own. An"
        " address on a private network works only where the server's setting"
        " OPDESK_OUTGOING_ALLOW admits it.",
    ),
    example=DEFAULT_BASE_URL,
    is_required=False,
    default=DEFAULT_BASE_URL,
)
SENDER = Setting(
    name="from",
    kind=SettingKind.TEXT,
    label=Words("Назва в посиланнях", "Name in links"),
    help=Words(
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це ім'я користувача бота,"
        " яке повідомить Telegram.",
        "What deep links of a CRM call `from`. Left empty, it is the bot's user name, as Telegram"
        " tells it.",
    ),
    example="demo_shop_bot",
    is_required=False,
    most=200,
)
GUIDE = (
    Step(
        text=Words(
            "Відкрийте у Telegram чат із @BotFather і надішліть /newbot. Дайте боту назву, яку"
            " бачитимуть клієнти, та ім'я користувача, що закінчується на bot. Якщо бот уже є,"
            " надішліть /mybots, виберіть його й натисніть API Token.",
            "Open the chat with @BotFather in Telegram and send /newbot. Give the bot the name that"
            " customers will see and a user name that ends with bot. For a bot that you have"
            " already, send /mybots, choose it and press API Token.",
        ),
        link="https://t.me/BotFather",
    ),
    Step(
        text=Words(
            "Скопіюйте токен із відповіді @BotFather і вставте його в поле «Токен бота».",
            "Copy the token from @BotFather's answer into the field “Bot token”.",
        )
    ),
    Step(
        text=Words(
            "OpDesk обслуговує лише особисті чати з ботом. Щоб бота не додавали до груп, надішліть"
            " @BotFather /setjoingroups, виберіть бота й натисніть Disable. Group Privacy"
            " (/setprivacy) залиште ввімкненою.",
            "OpDesk serves private chats with the bot only. To keep it out of groups, send"
            " /setjoingroups to @BotFather, choose the bot and press Disable. Leave Group Privacy"
            " (/setprivacy) enabled.",
        ),
        link="https://t.me/BotFather",
    ),
    Step(
        text=Words(
            "Якщо цього бота вже використовує інша програма (CRM, розсилка, старий чат),"
            " від'єднайте"
            " його там: у бота може бути лише один отримувач повідомлень.",
            "If another program (a CRM, a mailing tool, an older chat) uses this bot already,"
            " disconnect it there: a bot has one receiver of messages.",
        )
    ),
    Step(
        text=Words(
            "Лише для власного сервера Bot API: спершу один раз викличте метод logOut на"
            " https://api.telegram.org, бо хмарний сервер не віддає бота, доки не вийти з нього;"
            " потім впишіть адресу свого сервера.",
            "Only for a Bot API server of your own: first call the method logOut once at"
            " https://api.telegram.org, because the cloud server does not let a bot go before it is"
            " logged out there; then enter your server's address.",
        ),
        link="https://core.telegram.org/bots/api#using-a-local-bot-api-server",
    ),
    Step(
        text=Words(
            "Збережіть канал. Якщо адреса сервера (OPDESK_PUBLIC_URL) починається з https,"
            " OpDesk сам реєструє вебхук у Telegram, який приймає лише порти 443, 80, 88 і 8443."
            " З адресою http OpDesk сам опитує Telegram. Який спосіб діє, показує стан каналу.",
            "Save the channel. When the server's address (OPDESK_PUBLIC_URL) begins with https,"
            " OpDesk registers its webhook by itself; Telegram takes ports 443, 80, 88 and 8443"
            " only. With an http address OpDesk asks Telegram for messages. The channel's state"
            " says which.",
        )
    ),
    Step(
        text=Words(
            "Відкрийте бота у своєму Telegram, натисніть «Почати» (Start) і напишіть кілька слів:"
            " у панелі з'явиться чат. Тоді надішліть у нього тестове повідомлення звідси.",
            "Open the bot in your own Telegram, press Start and write a few words: a chat"
            " appears in"
            " the panel. Then send a test message to it from here.",
        ),
        is_after_saving=True,
    ),
)
CHECKS = (
    Words(
        "Telegram приймає токен бота (getMe).",
        "Telegram accepts the bot's token (getMe).",
    ),
    Words(
        "Вебхук, який має Telegram, наш (getWebhookInfo).",
        "The webhook that Telegram has is ours (getWebhookInfo).",
    ),
    Words(
        "Telegram доставляє нам повідомлення без помилок.",
        "Telegram delivers messages to us without errors.",
    ),
    Words(
        "Усі отримані повідомлення вдалося прочитати.",
        "Every message that came could be read.",
    ),
)
TROUBLES = {
    "botRefused": Words(
        "Telegram не приймає бота: {words}. Скопіюйте чинний токен у @BotFather"
        " (/mybots → бот → API Token) і збережіть його тут.",
        "Telegram refuses the bot: {words}. Copy the current token from @BotFather"
        " (/mybots → the bot → API Token) and save it here.",
    ),
    "platformSilent": Words(
        "Telegram не відповідає. Перевірте, чи сервер OpDesk може відкрити адресу Bot API"
        " з налаштувань каналу.",
        "Telegram does not answer. Check that the OpDesk server can open the Bot API address of"
        " the channel's settings.",
    ),
    "addressRefused": Words(
        "Адреса сервера Bot API: {words}",
        "apiBaseUrl: {words}",
    ),
    "webhookForeign": Words(
        "Telegram має інший вебхук, ніж наш: бота, мабуть, під'єднали до іншої програми."
        " Від'єднайте його там і збережіть канал знову.",
        "Telegram has another webhook than ours: the bot was probably connected to another"
        " program. Disconnect it there and save the channel again.",
    ),
    "webhookFailing": Words(
        "Telegram не зміг доставити повідомлення на нашу адресу: {words}. Перевірте, чи адреса"
        " OPDESK_PUBLIC_URL відкривається з інтернету й чи дійсний її сертифікат.",
        "Telegram could not deliver: {words}. Check that OPDESK_PUBLIC_URL can be opened from the"
        " internet and that its certificate is valid.",
    ),
}
NOTES = (
    Words(
        "Бот не може написати першим: спершу клієнт натискає «Почати» (Start). Дайте клієнтам"
        " посилання https://t.me/ з ім'ям бота.",
        "A bot can't write first: the customer presses Start before. Give customers the link"
        " https://t.me/ with the bot's user name.",
    ),
    Words(
        "Telegram не повідомляє, чи повідомлення доставлено або прочитано.",
        "Telegram does not tell whether a message was delivered or read.",
    ),
    Words(
        "Телефон клієнта з'являється тоді, коли клієнт сам поділиться своїм контактом.",
        "A customer's phone is known once the customer shares their own contact.",
    ),
)
TELEGRAM = Declaration(
    name=Words("Бот Telegram", "Telegram bot"),
    about=Words(
        "Клієнти пишуть вашому боту в Telegram, оператори відповідають у панелі.",
        "Customers write to your bot in Telegram, operators answer in the panel.",
    ),
    sender=SENDER,
    settings=(BOT_TOKEN, API_BASE_URL),
    guide=GUIDE,
    limits=Limits(
        text_chars=4_096,
        caption_chars=1_024,
        photo_bytes=10 * 1024 * 1024,
        file_bytes=50 * 1024 * 1024,
    ),
    hears=(Hearing.WEBHOOK, Hearing.POLLING),
    webhook_setup=WebhookSetup.AUTOMATIC,
    can_write_first=False,
    can_show_typing=True,
    sends=frozenset(MediaType) - {MediaType.STICKER},
    # FAQ figures: thirty messages a second for a bot, one a second for a chat.
    pace=Pace(30.0, chat_every_s=1.0),
    checks=CHECKS,
    troubles=TROUBLES,
    notes=NOTES,
)
