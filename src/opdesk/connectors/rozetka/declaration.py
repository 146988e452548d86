"""What an admin is told about Rozetka, in both languages."""

from opdesk.connectors.base import (
    Choice,
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

DEFAULT_BASE_URL = "https://api-seller.rozetka.com.ua"
CABINET_URL = "https://seller.rozetka.com.ua"
WITH_PASSWORD, WITH_TOKEN = "password", "token"
DEFAULT_KINDS = "orders,items"
DEFAULT_ZONE = "Europe/Kyiv"
SIGN_IN = Setting(
    name="signIn",
    kind=SettingKind.CHOICE,
    label=Words("Як входити в Rozetka", "How to sign in to Rozetka"),
    help=Words(
        "Логін і пароль менеджера кабінету, або токен API, який створює власник кабінету. З"
        " токеном працює й кабінет із двоетапним входом.",
        "A manager's login and password of the seller cabinet, or an API token that the cabinet's"
        " owner makes. The token also works where signing in takes two steps.",
    ),
    example=WITH_PASSWORD,
    default=WITH_PASSWORD,
    choices=(
        Choice(WITH_PASSWORD, Words("Логін і пароль", "Login and password")),
        Choice(WITH_TOKEN, Words("Токен API з кабінету", "API token of the cabinet")),
    ),
)
USERNAME = Setting(
    name="username",
    kind=SettingKind.TEXT,
    label=Words("Логін", "Login"),
    help=Words(
        "Логін окремого менеджера, створеного для OpDesk у кабінеті продавця.",
        "The login of a manager of its own, made for OpDesk in the seller cabinet.",
    ),
    example="opdesk@shop.ua",
    most=200,
    only_with=(SIGN_IN.name, WITH_PASSWORD),
)
PASSWORD = Setting(
    name="password",
    kind=SettingKind.SECRET,
    label=Words("Пароль", "Password"),
    help=Words(
        "Пароль цього менеджера. Після збереження він більше не показується.",
        "That manager's password. It is not shown again once it is saved.",
    ),
    example="a made-up password",
    most=200,
    only_with=(SIGN_IN.name, WITH_PASSWORD),
)
ACCESS_TOKEN = Setting(
    name="accessToken",
    kind=SettingKind.SECRET,
    label=Words("Токен API", "API token"),
    help=Words(
        "Токен із кабінету: Налаштування → Безпека API. Після збереження він більше не"
        " показується.",
        "The token of the cabinet: Settings → API security. Once saved, it is not shown again.",
    ),
    example="fHJHJWegsad4fr8798fwe45GDGBf",
    pattern=r"[!-~]{8,2000}",
    must="must be a token without spaces",
    only_with=(SIGN_IN.name, WITH_TOKEN),
)
MARKET_ID = Setting(
    name="marketId",
    kind=SettingKind.NUMBER,
    label=Words("Номер магазину", "Shop number"),
    help=Words(
        "Номер (ID) вашого магазину на Rozetka Маркетплейс: токен не каже, чий він, тож OpDesk"
        " питає Rozetka, чи відкриває він саме цей магазин. Номер видно в кабінеті, його також"
        " знає ваш менеджер у Rozetka.",
        "The number (ID) of your shop on Rozetka Marketplace: a token does not say whose it is, so"
        " OpDesk asks Rozetka whether it opens this very shop. The cabinet shows the number, and"
        " your manager at Rozetka knows it.",
    ),
    example="1086",
    least=1,
    most=10**12,
    only_with=(SIGN_IN.name, WITH_TOKEN),
)
CHAT_KINDS = Setting(
    name="chatKinds",
    kind=SettingKind.TEXT,
    label=Words("Які чати", "Which chats"),
    help=Words(
        "Види чатів через кому, як їх називає msgType: orders — про замовлення, items — про товари."
        " Назва чатів із запитаннями до продавця в описі Rozetka не вказана; коли її"
        " дізнаєтеся, допишіть її сюди.",
        "Kinds of chats, separated by commas, as msgType calls them: orders, items. What chats with"
        " questions to the seller are called is not in Rozetka's description; add it here once you"
        " know it.",
    ),
    example=DEFAULT_KINDS,
    is_required=False,
    default=DEFAULT_KINDS,
    pattern=r"[a-zA-Z_-]{1,30}(,[a-zA-Z_-]{1,30}){0,5}",
    must="must be up to 6 kinds separated by commas, such as orders,items",
)
TIME_ZONE = Setting(
    name="timeZone",
    kind=SettingKind.TEXT,
    label=Words("Часовий пояс", "Time zone"),
    help=Words(
        "Rozetka називає час без поясу. Залиште Europe/Kyiv, якщо час повідомлень у панелі"
        " правильний.",
        "Rozetka tells times without their zone. Leave Europe/Kyiv as long as the messages' times"
        " in the panel are right.",
    ),
    example=DEFAULT_ZONE,
    is_required=False,
    default=DEFAULT_ZONE,
    pattern=r"[A-Za-z]+(?:[/_+-][A-Za-z0-9]+){0,5}",
    must="must be a time zone such as Europe/Kyiv",
)
API_BASE_URL = Setting(
    name="apiBaseUrl",
    kind=SettingKind.URL,
    label=Words("Адреса API", "Address of the API"),
    help=Words(
        "Залиште як є. Старі описи називають https://api.seller.rozetka.com.ua.",
        "Leave it as it is. Old descriptions have https://api.seller.rozetka.com.ua.",
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
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це назва магазину.",
        "What deep links of a CRM call `from`. Left empty, it is the shop's name.",
    ),
    example="Наш Сад",
    is_required=False,
    most=200,
)
GUIDE = (
    Step(
        text=Words(
            "Відкрийте кабінет продавця Rozetka як власник. У розділі менеджерів створіть окремого"
            " менеджера для OpDesk і дайте йому роль із доступом до листування"
            " (дозвіл correspondence). Двоетапний вхід для нього вимкніть.",
            "Open Rozetka's seller cabinet as its owner. Make a manager of its own for OpDesk and"
            " give it a role that may read and write messages (the permission correspondence)."
            " Leave signing in by two steps off for it.",
        ),
        link=CABINET_URL,
    ),
    Step(
        text=Words(
            "Або створіть токен API: Налаштування → Безпека API, і скопіюйте його сюди разом"
            " із номером магазину.",
            "Or make an API token in the cabinet's settings, at API security, and copy it here"
            " together with the shop's number.",
        ),
        link=CABINET_URL,
    ),
    Step(
        text=Words(
            "Якщо ці чати вже забирає інша програма, вимкніть її: тоді позначки «прочитано»"
            " ставитиме лише OpDesk.",
            "If another program takes these chats already, switch it off, so that OpDesk alone"
            " marks them as read.",
        )
    ),
    Step(
        text=Words(
            "Збережіть канал. OpDesk забере чати за останні 7 днів і далі питатиме Rozetka"
            " приблизно щохвилини: вебхуків вона не має.",
            "Save the channel. OpDesk takes the chats of the last 7 days and asks Rozetka about"
            " once a minute from then on: it has no webhooks.",
        )
    ),
    Step(
        text=Words(
            "Дочекайтеся чату від покупця або напишіть магазину самі як покупець, тоді надішліть"
            " у нього тестове повідомлення звідси.",
            "Wait for a buyer's chat, or write to the shop as a buyer yourself, then send a test"
            " message to it from here.",
        ),
        is_after_saving=True,
    ),
)
CHECKS = (
    Words(
        "Rozetka приймає логін або токен і називає цей магазин.",
        "Rozetka accepts the login or the token, and it is this shop's.",
    ),
    Words(
        "Менеджер має доступ до листування (messages/counts).",
        "The manager may read and write messages (messages/counts).",
    ),
    Words("Усі отримані чати вдалося прочитати.", "Every chat that came could be read."),
)
TROUBLES = {
    "signInRefused": Words(
        "Rozetka не впускає: {words}. Перевірте логін і пароль або токен у кабінеті й збережіть"
        " їх тут; якщо для менеджера ввімкнено двоетапний вхід, вимкніть його або візьміть токен.",
        "Rozetka refuses to sign in: {words}. Check the login and the password, or the token, in"
        " the cabinet and save them here; where signing in takes two steps, switch that off for the"
        " manager or take a token.",
    ),
    "permissionMissing": Words(
        "Rozetka не дає доступу до листування: {words}. У кабінеті дайте менеджерові роль"
        " із дозволом correspondence.",
        "Rozetka does not open the messages: {words}. Give the manager a role with the permission"
        " correspondence in the cabinet.",
    ),
    "platformSilent": Words(
        "Rozetka не відповідає. Перевірте, чи сервер OpDesk може відкрити адресу API"
        " з налаштувань каналу.",
        "Rozetka does not answer. Check that the OpDesk server can open the API address of the"
        " channel's settings.",
    ),
    "settingRefused": Words(
        "Налаштування {name}: {words}",
        "The setting {name}: {words}",
    ),
}
NOTES = (
    Words(
        "Написати першим не можна: чат починає покупець або замовлення.",
        "Nobody can write first: a buyer or an order begins a chat.",
    ),
    Words(
        "Нове повідомлення з'являється в панелі протягом хвилини.",
        "A new message is in the panel within a minute.",
    ),
    Words(
        "Коли список чатів не має всіх повідомлень, OpDesk відкриває чат, і Rozetka позначає його"
        " прочитаним.",
        "Where the list of chats lacks messages, OpDesk opens the chat, and Rozetka marks it as"
        " read.",
    ),
    Words(
        "Rozetka модерує повідомлення: посилання й контакти в тексті можуть заблокувати, тоді"
        " повідомлення стає відхиленим.",
        "Rozetka moderates messages: one with links or contacts may be blocked, and is then shown"
        " as rejected.",
    ),
    Words(
        "Телефон береться із замовлення, яке заповнив покупець, тож він лише підказка.",
        "The phone is the one of the order that the buyer filled in, so it is a hint only.",
    ),
)
ROZETKA = Declaration(
    name=Words("Rozetka", "Rozetka"),
    about=Words(
        "Чати з покупцями в кабінеті продавця Rozetka Маркетплейс: про замовлення й товари.",
        "Chats with buyers in the seller cabinet of Rozetka Marketplace: about orders and goods.",
    ),
    sender=SENDER,
    settings=(
        SIGN_IN,
        USERNAME,
        PASSWORD,
        ACCESS_TOKEN,
        MARKET_ID,
        CHAT_KINDS,
        TIME_ZONE,
        API_BASE_URL,
    ),
    guide=GUIDE,
    # Neither a text's nor a file's limit is documented: these are ours, and Rozetka's own word
    # about anything smaller comes back as the reason of the refusal.
    limits=Limits(
        text_chars=4_000,
        caption_chars=4_000,
        photo_bytes=10 * 1024 * 1024,
        file_bytes=10 * 1024 * 1024,
    ),
    hears=(Hearing.POLLING,),
    webhook_setup=WebhookSetup.NONE,
    can_write_first=False,
    can_show_typing=False,
    checks=CHECKS,
    troubles=TROUBLES,
    receipts=("read",),
    sends=frozenset((MediaType.FILE, MediaType.PHOTO, MediaType.VIDEO, MediaType.AUDIO)),
    # Not documented either; slower than any person writes.
    pace=Pace(2.0, chat_every_s=1.0),
    can_mark_read=True,
    poll_every_s=45.0,
    notes=NOTES,
)
