"""What an admin is told about the widget, in both languages."""

from opdesk.connectors.base import (
    Choice,
    Declaration,
    Filler,
    Hearing,
    Limits,
    Pace,
    Setting,
    SettingKind,
    Step,
    WebhookSetup,
    Words,
)

TEXT_CHARS = 4_096
FILE_BYTES = 2_000 * 1024 * 1024
"""The most that OPDESK_MEDIA_MAX_MB may be, which is the limit that counts."""
NO, OPTIONAL, REQUIRED = "no", "optional", "required"
_ASKED = (
    Choice(NO, Words("Не питати", "Do not ask")),
    Choice(OPTIONAL, Words("Питати, можна пропустити", "Ask, may be left out")),
    Choice(REQUIRED, Words("Обов'язково", "Required")),
)
_MAIL = r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+"
ORIGINS = Setting(
    name="origins",
    kind=SettingKind.TEXT,
    label=Words("Адреси сайтів", "Addresses of the sites"),
    help=Words(
        "Сайти, на яких дозволено віджет, через пробіл: схема, ім'я й порт, без шляху. Адреси з"
        " www і без www різні. На інших сайтах віджет не працює.",
        "The sites that may show the widget, separated by spaces: scheme, host and port, without a"
        " path. With www and without are two addresses. On other sites the widget does not work.",
    ),
    example="https://shop.example.com https://www.shop.example.com",
    most=2_000,
)
COLOR = Setting(
    name="color",
    kind=SettingKind.TEXT,
    label=Words("Колір", "Colour"),
    help=Words(
        "Колір кнопки, заголовка й повідомлень клієнта; колір тексту на ньому підбирається сам.",
        "The colour of the button, the header and the customer's messages; the text on it gets"
        " the colour that can be read.",
    ),
    example="#1f7a4d",
    is_required=False,
    default="#1f7a4d",
    pattern=r"#[0-9A-Fa-f]{6}",
    must="must be a colour such as #1f7a4d",
)
POSITION = Setting(
    name="position",
    kind=SettingKind.CHOICE,
    label=Words("Де кнопка", "Where the button is"),
    help=Words("Нижній кут сторінки.", "The bottom corner of the page."),
    example="right",
    is_required=False,
    default="right",
    choices=(
        Choice("right", Words("Праворуч", "On the right")),
        Choice("left", Words("Ліворуч", "On the left")),
    ),
)


def _text(name: str, label: Words, help_: Words, example: str, most: int) -> Setting:
    return Setting(
        name=name,
        kind=SettingKind.TEXT,
        label=label,
        help=help_,
        example=example,
        is_required=False,
        default=example,
        most=most,
    )


_TITLE = Words("Заголовок вікна чату.", "The heading of the chat's window.")
_GREETING = Words(
    "Перше, що бачить відвідувач, поки ще нічого не написав.",
    "The first thing that a visitor sees before anything was written.",
)
TITLE_UK = _text(
    "titleUk",
    Words("Заголовок українською", "Heading in Ukrainian"),
    _TITLE,
    "Напишіть нам",
    60,
)
TITLE_EN = _text(
    "titleEn", Words("Заголовок англійською", "Heading in English"), _TITLE, "Write to us", 60
)
GREETING_UK = _text(
    "greetingUk",
    Words("Привітання українською", "Greeting in Ukrainian"),
    _GREETING,
    "Вітаємо! Чим можемо допомогти?",
    300,
)
GREETING_EN = _text(
    "greetingEn",
    Words("Привітання англійською", "Greeting in English"),
    _GREETING,
    "Hello! How can we help?",
    300,
)
ASK_NAME = Setting(
    name="askName",
    kind=SettingKind.CHOICE,
    label=Words("Питати ім'я", "Ask for the name"),
    help=Words(
        "Форма з'являється перед першим повідомленням.",
        "The form comes before the first message.",
    ),
    example=OPTIONAL,
    is_required=False,
    default=OPTIONAL,
    choices=_ASKED,
)
ASK_PHONE = Setting(
    name="askPhone",
    kind=SettingKind.CHOICE,
    label=Words("Питати телефон", "Ask for the phone"),
    help=Words(
        "Номер ніхто не перевіряє: оператор бачить його як слова клієнта.",
        "Nobody verifies the number: operators see it as what the customer says.",
    ),
    example=OPTIONAL,
    is_required=False,
    default=NO,
    choices=_ASKED,
)
OFFLINE_FORM = Setting(
    name="offlineForm",
    kind=SettingKind.CHOICE,
    label=Words("Форма в неробочий час", "Form outside working hours"),
    help=Words(
        "Поза робочими годинами організації відвідувач лишає контакти й запитання; воно приходить"
        " як чат. Якщо вимкнути, чат відкритий завжди.",
        "Outside the organization's working hours a visitor leaves contacts and a question, which"
        " comes as a chat. Switched off, the chat is always open.",
    ),
    example="on",
    is_required=False,
    default="on",
    choices=(
        Choice("on", Words("Показувати", "Show it")),
        Choice("off", Words("Не показувати", "Do not show it")),
    ),
)
OFFLINE_MAIL = Setting(
    name="offlineMail",
    kind=SettingKind.TEXT,
    label=Words("Пошта для звернень", "Mail address for questions"),
    help=Words(
        "Сюди надсилаються звернення з форми, якщо на сервері задано OPDESK_SMTP_URL.",
        "Where the form's questions are mailed to, if the server has OPDESK_SMTP_URL.",
    ),
    example="sales@shop.example.com",
    is_required=False,
    pattern=_MAIL,
    must="must be one mail address",
    most=200,
    only_with=("offlineForm", "on"),
)
PUBLIC_KEY = Setting(
    name="publicKey",
    kind=SettingKind.TEXT,
    label=Words("Ключ віджета", "The widget's key"),
    help=Words(
        "Стоїть у тезі на сайті, тому не є таємницею.",
        "It stands in the tag of the site, so it is no secret.",
    ),
    example="5f2c…",
    filled_by=Filler.OPDESK,
)
IDENTITY_SECRET = Setting(
    name="identitySecret",
    kind=SettingKind.TEXT,
    label=Words("Ключ підпису", "Key of the signature"),
    help=Words(
        "Лише для сервера вашого сайту: ним підписується номер клієнта, який увійшов у кабінет."
        " Ніколи не кладіть його на сторінку.",
        "For your site's server only: it signs the id of a customer who is logged in there. Never"
        " put it into a page.",
    ),
    example="9a41…",
    filled_by=Filler.OPDESK,
)
SENDER = Setting(
    name="from",
    kind=SettingKind.TEXT,
    label=Words("Назва в посиланнях", "Name in links"),
    help=Words(
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це ім'я першого сайту.",
        "What deep links of a CRM call `from`. Left empty, it is the host of the first site.",
    ),
    example="shop.example.com",
    is_required=False,
    most=200,
)
GUIDE = (
    Step(
        text=Words(
            "Впишіть адреси сайтів, виберіть колір і тексти, тоді збережіть канал.",
            "Enter the addresses of the sites, choose the colour and the texts, then save.",
        )
    ),
    Step(
        text=Words(
            'Вставте на кожну сторінку сайту, найкраще перед </body>, тег <script src="АДРЕСА'
            '/widget.js?id=КЛЮЧ" async></script>, де АДРЕСА — адреса цього сервера, а КЛЮЧ — ключ'
            " віджета. Якщо сайт має Content Security Policy, додайте адресу до script-src,"
            " connect-src, img-src і media-src.",
            'Put into every page of the site, best before </body>, the tag <script src="ADDRESS'
            "/widget.js?id=KEY\" async></script>, where ADDRESS is this server's address and KEY"
            " the widget's key. If the site has a Content Security Policy, add the address to"
            " script-src, connect-src, img-src and media-src.",
        ),
        shows="publicKey",
        is_after_saving=True,
    ),
    Step(
        text=Words(
            "Відкрийте сайт і напишіть кілька слів: у панелі з'явиться чат.",
            "Open the site and write a few words: a chat appears in the panel.",
        ),
        is_after_saving=True,
    ),
    Step(
        text=Words(
            "За бажанням: щоб клієнт, який увійшов на сайті, бачив свій чат на всіх пристроях,"
            " сервер сайту підписує його номер цим ключем (HMAC-SHA256) і передає підпис"
            " у OpDesk.identify.",
            "If you like: for a customer who is logged in to see the same chat on every device,"
            " the site's server signs their id with this key (HMAC-SHA256) and hands the signature"
            " to OpDesk.identify.",
        ),
        shows="identitySecret",
        is_after_saving=True,
    ),
)
WIDGET = Declaration(
    name=Words("Віджет на сайті", "Website widget"),
    about=Words(
        "Чат на вашому сайті: відвідувачі пишуть на сторінці, оператори відповідають у панелі.",
        "A chat on your website: visitors write in the page, operators answer in the panel.",
    ),
    sender=SENDER,
    settings=(
        ORIGINS,
        COLOR,
        POSITION,
        TITLE_UK,
        TITLE_EN,
        GREETING_UK,
        GREETING_EN,
        ASK_NAME,
        ASK_PHONE,
        OFFLINE_FORM,
        OFFLINE_MAIL,
        PUBLIC_KEY,
        IDENTITY_SECRET,
    ),
    guide=GUIDE,
    limits=Limits(
        text_chars=TEXT_CHARS,
        caption_chars=TEXT_CHARS,
        photo_bytes=FILE_BYTES,
        file_bytes=FILE_BYTES,
    ),
    hears=(Hearing.WEBHOOK,),
    webhook_setup=WebhookSetup.NONE,
    can_write_first=False,
    can_show_typing=True,
    checks=(
        Words(
            "Сторінки сайтів можуть завантажити скрипт із цього сервера.",
            "The sites' pages can load the script from this server.",
        ),
        Words(
            "Усі отримані повідомлення вдалося прочитати.",
            "Every message that came could be read.",
        ),
    ),
    troubles={
        "notSecure": Words(
            "Адреса сервера {words} не https, тому сторінки https не завантажать віджет."
            " Задайте OPDESK_PUBLIC_URL з https.",
            "The server's address {words} is not https, so pages on https will not load the"
            " widget. Set OPDESK_PUBLIC_URL to an https address.",
        )
    },
    tells_ms=True,
    receipts=("delivered", "read"),
    # Nothing is sent anywhere.
    pace=Pace(1_000.0),
    notes=(
        Words(
            "Першим пише відвідувач; відповідь він бачить, щойно відкриє будь-яку сторінку сайту.",
            "The visitor writes first, and sees an answer on any page of the site.",
        ),
        Words(
            "Телефон і пошта з форми не підтверджені.",
            "Phone and mail of the form are not verified.",
        ),
    ),
)
