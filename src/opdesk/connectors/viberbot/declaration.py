"""What an admin is told about Viber bots, in both languages."""

from opdesk.connectors.base import (
    Declaration,
    Filler,
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

DEFAULT_BASE_URL = "https://chatapi.viber.com/pa"
MAX_NAME_CHARS = 28
MAX_FILE_BYTES = 50 * 1024 * 1024
AUTH_TOKEN = Setting(
    name="authToken",
    kind=SettingKind.SECRET,
    label=Words("Токен бота", "Bot token"),
    help=Words(
        "Ключ із панелі partners.viber.com: ваш бот → Edit info → Your app key. Він не має строку"
        " дії. Хто має токен, той керує ботом: не пересилайте його. Після збереження токен більше"
        " не показується.",
        "The key that partners.viber.com shows: your bot → Edit info → Your app key. It does not"
        " expire. Whoever has the token controls the bot: do not pass it on. It is not shown again"
        " once it is saved.",
    ),
    example="4a1b2c3d4e5f6071-8293a4b5c6d7e8f9-0a1b2c3d4e5f6071",
    pattern=r"[A-Za-z0-9_-]{16,200}",
    must="must be a bot's token, such as 4a1b2c3d4e5f6071-8293a4b5c6d7e8f9-0a1b2c3d4e5f6071",
)
SENDER_NAME = Setting(
    name="senderName",
    kind=SettingKind.TEXT,
    label=Words("Ім'я відправника", "Sender's name"),
    help=Words(
        "Ім'я, яке клієнт бачить над кожною відповіддю, до 28 символів. Якщо залишити порожнім, це"
        " назва бота у Viber.",
        "The name that customers see above each answer, up to 28 characters. Left empty, it is the"
        " bot's name in Viber.",
    ),
    example="Demo Shop",
    is_required=False,
    most=MAX_NAME_CHARS,
)
SENDER_AVATAR = Setting(
    name="senderAvatar",
    kind=SettingKind.TEXT,
    label=Words("Адреса аватара відправника", "Address of the sender's avatar"),
    help=Words(
        "Зображення поруч із відповідями: https-адреса файлу до 100 КБ, радимо 720×720. Якщо"
        " залишити порожнім, Viber показує зображення бота.",
        "The picture beside the answers: an https address of a file up to 100 KB, 720×720 advised."
        " Left empty, Viber shows the bot's own picture.",
    ),
    example="https://shop.example/avatar.jpg",
    is_required=False,
    pattern=r"https://[^\s/]+/\S+",
    must="must be the https address of a picture",
    most=1_000,
)
API_BASE_URL = Setting(
    name="apiBaseUrl",
    kind=SettingKind.URL,
    label=Words("Адреса API Viber", "Address of Viber's API"),
    help=Words(
        "Залиште як є: інша адреса потрібна лише тоді, коли компанія виходить до Viber через"
        " власний проксі.",
        "Leave it as it is: another one is needed only where the company reaches Viber through a"
        " proxy of its own.",
    ),
    example=DEFAULT_BASE_URL,
    is_required=False,
    default=DEFAULT_BASE_URL,
)
ACCOUNT_NAME = Setting(
    name="accountName",
    kind=SettingKind.TEXT,
    label=Words("Назва бота у Viber", "The bot's name in Viber"),
    help=Words(
        "Її повідомляє Viber, коли канал зберігається.",
        "Viber tells it when the channel is saved.",
    ),
    example="Demo Shop",
    is_required=False,
    filled_by=Filler.PLATFORM,
)
SENDER = Setting(
    name="from",
    kind=SettingKind.TEXT,
    label=Words("Назва в посиланнях", "Name in links"),
    help=Words(
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це адреса бота (URI), яку"
        " повідомить Viber.",
        "What deep links of a CRM call `from`. Left empty, it is the bot's URI, as Viber tells it.",
    ),
    example="demoshop",
    is_required=False,
    most=200,
)
GUIDE = (
    Step(
        text=Words(
            "Увійдіть на partners.viber.com номером телефону, до якого прив'язано Viber. Якщо бот"
            " уже є, відкрийте його; якщо немає, натисніть Create Bot Account. З 5 лютого 2024"
            " року нові боти платні: умови й рахунок узгоджує Viber або його партнер.",
            "Sign in at partners.viber.com with the phone number of a Viber account. Open your bot,"
            " or press Create Bot Account. Since 5 February 2024 new bots are charged for: Viber or"
            " a partner of theirs agrees the terms with you.",
        ),
        link="https://partners.viber.com",
    ),
    Step(
        text=Words(
            "Відкрийте бота → Edit info, скопіюйте Your app key і вставте його в поле «Токен"
            " бота».",
            "Open the bot → Edit info and copy Your app key into the field “Bot token”.",
        ),
        link="https://partners.viber.com",
    ),
    Step(
        text=Words(
            "Якщо цього бота вже використовує інша програма (CRM, розсилка, старий чат),"
            " від'єднайте його там: у бота може бути лише один вебхук, і останній, хто його"
            " встановив, забирає всі повідомлення.",
            "If another program (a CRM, a mailing tool, an older chat) uses this bot already,"
            " disconnect it there: a bot has one webhook, and whoever set it last gets every"
            " message.",
        )
    ),
    Step(
        text=Words(
            "Збережіть канал. OpDesk сам реєструє вебхук. Viber приймає лише https-адресу"
            " (OPDESK_PUBLIC_URL) із сертифікатом, якому довіряють телефони: самопідписаний не"
            " підійде. За цією ж адресою Viber завантажує файли, які надсилають оператори.",
            "Save the channel. OpDesk registers its webhook by itself. Viber takes an https address"
            " (OPDESK_PUBLIC_URL) only, with a certificate that phones trust: a self-signed one"
            " will not do. From the same address Viber loads the files that operators send.",
        )
    ),
    Step(
        text=Words(
            "Відкрийте бота у своєму Viber за посиланням або QR-кодом з partners.viber.com і"
            " напишіть кілька слів: у панелі з'явиться чат. Тоді надішліть у нього тестове"
            " повідомлення звідси.",
            "Open the bot in your own Viber by the link or QR code of partners.viber.com and write"
            " a few words: a chat appears in the panel. Then send a test message to it from here.",
        ),
        link="https://partners.viber.com",
        is_after_saving=True,
    ),
)
CHECKS = (
    Words(
        "Viber приймає токен бота (get_account_info).",
        "Viber accepts the bot's token (get_account_info).",
    ),
    Words(
        "Вебхук, який має Viber, наш.",
        "The webhook that Viber has is ours.",
    ),
    Words(
        "Viber повідомляє про доставлення, прочитання, помилки й відписки.",
        "Viber reports deliveries, reads, failures and unsubscriptions.",
    ),
    Words(
        "Усі отримані повідомлення вдалося прочитати.",
        "Every message that came could be read.",
    ),
)
TROUBLES = {
    "tokenRefused": Words(
        "Viber не приймає токен бота: {words}. Скопіюйте чинний на partners.viber.com"
        " (бот → Edit info → Your app key) і збережіть його тут.",
        "Viber does not accept the bot's token: {words}. Copy the current one at"
        " partners.viber.com (the bot → Edit info → Your app key) and save it here.",
    ),
    "botSuspended": Words(
        "Viber заблокував або призупинив бота: {words}. Напишіть до підтримки Viber або партнеру,"
        " через якого підключено бота.",
        "Viber has blocked or suspended the bot: {words}. Write to Viber's support, or to the"
        " partner through whom the bot was made.",
    ),
    "botRefused": Words(
        "Viber відмовив: {words}. Перевірте на partners.viber.com, чи бот активний.",
        "Viber refused: {words}. Look at partners.viber.com whether the bot is active.",
    ),
    "platformSilent": Words(
        "Viber не відповідає. Перевірте, чи сервер OpDesk може відкрити адресу API з налаштувань"
        " каналу.",
        "Viber does not answer. Check that the OpDesk server can open the API address of the"
        " channel's settings.",
    ),
    "addressRefused": Words(
        "Адреса API Viber: {words}",
        "apiBaseUrl: {words}",
    ),
    "webhookForeign": Words(
        "Viber має інший вебхук, ніж наш: бота, мабуть, під'єднали до іншої програми. Від'єднайте"
        " його там і збережіть канал знову.",
        "Viber has another webhook than ours: the bot was probably connected to another program."
        " Disconnect it there and save the channel again.",
    ),
    "eventsMissing": Words(
        "Viber не повідомляє нас про: {words}. Збережіть канал знову, щоб OpDesk зареєстрував"
        " вебхук з усіма подіями.",
        "Viber does not tell us of: {words}. Save the channel again, so that OpDesk registers its"
        " webhook with every event.",
    ),
}
NOTES = (
    Words(
        "Бот не може написати першим: клієнт спершу пише йому або підписується. Після відписки"
        " писати не можна, доки клієнт не напише знову.",
        "A bot can't write first: the customer writes to it or subscribes before. After they"
        " unsubscribe nothing can be sent until they write again.",
    ),
    Words(
        "Viber не повідомляє телефон клієнта; контакт, яким клієнт поділився, показано карткою.",
        "Viber does not tell a customer's phone; a contact that they share is shown as a card.",
    ),
    Words(
        "Фото до 1 МБ (jpg, png, gif) і відео mp4 до 26 МБ надходять клієнтові як фото й відео,"
        " більші та інших форматів — як файли до 50 МБ. Текст до файлу надходить окремим"
        " повідомленням за ним.",
        "Photos up to 1 MB (jpg, png, gif) and mp4 videos up to 26 MB arrive as photos and videos,"
        " larger ones and those of other formats as files up to 50 MB. A text beside a file arrives"
        " as a message of its own behind it.",
    ),
    Words(
        "Viber не пропускає програм (exe, apk, bat та подібних файлів).",
        "Viber lets no programs through (exe, apk, bat and the like).",
    ),
)
VIBER_BOT = Declaration(
    name=Words("Бот Viber", "Viber bot"),
    about=Words(
        "Клієнти пишуть вашому боту у Viber, оператори відповідають у панелі.",
        "Customers write to your bot in Viber, operators answer in the panel.",
    ),
    sender=SENDER,
    settings=(AUTH_TOKEN, SENDER_NAME, SENDER_AVATAR, API_BASE_URL, ACCOUNT_NAME),
    guide=GUIDE,
    limits=Limits(
        text_chars=7_000,
        caption_chars=0,
        photo_bytes=MAX_FILE_BYTES,
        file_bytes=MAX_FILE_BYTES,
    ),
    hears=(Hearing.WEBHOOK,),
    webhook_setup=WebhookSetup.AUTOMATIC,
    can_write_first=False,
    can_show_typing=False,
    checks=CHECKS,
    troubles=TROUBLES,
    tells_ms=True,
    receipts=("delivered", "read"),
    sends=frozenset(
        (
            MediaType.FILE,
            MediaType.PHOTO,
            MediaType.VIDEO,
            MediaType.AUDIO,
            MediaType.LOCATION,
            MediaType.CONTACT,
        )
    ),
    # Viber does not say how fast a bot may send; what it refuses (status 12) is sent again.
    pace=Pace(10.0),
    notes=NOTES,
)
