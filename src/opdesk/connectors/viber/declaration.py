"""What an admin is told about Viber Business Messages, in both languages."""

from opdesk.connectors.base import (
    WEBHOOK_URL,
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

DEFAULT_BASE_URL = "https://restapi.smsbat.com"
DEFAULT_TEXT_TYPE, DEFAULT_MEDIA_TYPE = "viber_trans", "viber_promo"
DEFAULT_FILE_FORMATS = "pdf"
DEFAULT_TTL_S = 24 * 3_600
MAX_PHOTO_BYTES = 1024 * 1024
MAX_BYTES = 10 * 1024 * 1024
_TYPE = r"[a-z][a-z0-9_]{1,39}"
API_TOKEN = Setting(
    name="apiToken",
    kind=SettingKind.SECRET,
    label=Words("Токен API", "API token"),
    help=Words(
        "Створюється в кабінеті SMSBAT: Профіль користувача → токен API. Хто має токен, той"
        " надсилає повідомлення за ваш рахунок: не пересилайте його. Після збереження токен більше"
        " не показується.",
        "Made in SMSBAT's dashboard: User Profile → API token. Whoever has the token sends messages"
        " at your expense: do not pass it on. It is not shown again once it is saved.",
    ),
    example="made-up-smsbat-token-0123456789",
    pattern=r"[\x21-\x7e]{8,500}",
    must="must be a token of SMSBAT's dashboard, without spaces",
)
ALPHA_NAME = Setting(
    name="alphaName",
    kind=SettingKind.TEXT,
    label=Words("Альфа-ім'я", "Alpha name"),
    help=Words(
        "Ім'я відправника, зареєстроване у Viber через SMSBAT, точно так, як воно записане в"
        " договорі. Повідомлення для іншого імені цей канал не приймає.",
        "The sender's name that SMSBAT registered with Viber, spelled as it is there. Messages for"
        " another name are not taken in here.",
    ),
    example="MyBrand",
    most=100,
)
API_BASE_URL = Setting(
    name="apiBaseUrl",
    kind=SettingKind.URL,
    label=Words("Адреса API SMSBAT", "Address of SMSBAT's API"),
    help=Words(
        "Адресу для вашого регіону називає менеджер SMSBAT; у документації є"
        " https://restapi.smsbat.com та https://api.smsbat.com.",
        "SMSBAT's manager tells the one for your region; their documents name"
        " https://restapi.smsbat.com and https://api.smsbat.com.",
    ),
    example=DEFAULT_BASE_URL,
    is_required=False,
    default=DEFAULT_BASE_URL,
)
TEXT_TYPE = Setting(
    name="textType",
    kind=SettingKind.TEXT,
    label=Words("Тип текстових повідомлень", "Type of text messages"),
    help=Words(
        "Як SMSBAT тарифікує тексти й документи. Запитайте менеджера, який тип призначено для"
        " відповідей у розмові з клієнтом.",
        "How SMSBAT charges for texts and documents. Ask the manager which type is meant for"
        " answers in a conversation.",
    ),
    example=DEFAULT_TEXT_TYPE,
    is_required=False,
    default=DEFAULT_TEXT_TYPE,
    pattern=_TYPE,
    must="must be one of SMSBAT's types, such as viber_trans",
)
MEDIA_TYPE = Setting(
    name="mediaType",
    kind=SettingKind.TEXT,
    label=Words("Тип повідомлень із фото й відео", "Type of photo and video messages"),
    help=Words(
        "У документації SMSBAT фото й відео надсилаються як viber_promo.",
        "In SMSBAT's documents photos and videos go as viber_promo.",
    ),
    example=DEFAULT_MEDIA_TYPE,
    is_required=False,
    default=DEFAULT_MEDIA_TYPE,
    pattern=_TYPE,
    must="must be one of SMSBAT's types, such as viber_promo",
)
IMAGE_FIELD = Setting(
    name="imageField",
    kind=SettingKind.CHOICE,
    label=Words("Поле для фото", "Field of a photo"),
    help=Words(
        "Сторінки документації SMSBAT називають його по-різному. Якщо фото не доходять, спробуйте"
        " інше.",
        "The pages of SMSBAT's documents differ in its name. If photos do not arrive, try the"
        " other one.",
    ),
    example="img",
    is_required=False,
    default="img",
    choices=(
        Choice("img", Words("img (як у прикладах Viber Promo)", "img (as in Viber Promo)")),
        Choice("image", Words("image (як у загальному описі)", "image (as in the overview)")),
    ),
)
FILE_FORMATS = Setting(
    name="fileFormats",
    kind=SettingKind.TEXT,
    label=Words("Формати файлів", "Formats of files"),
    help=Words(
        "Які файли SMSBAT приймає для вашого імені, через кому. У документації є лише pdf.",
        "Which files SMSBAT takes for your name, by commas. Its documents show pdf only.",
    ),
    example="pdf, docx, xlsx",
    is_required=False,
    default=DEFAULT_FILE_FORMATS,
    pattern=r"[A-Za-z0-9]{1,10}(\s*,\s*[A-Za-z0-9]{1,10}){0,29}",
    must="must be endings of files by commas, such as pdf, docx",
)
TTL = Setting(
    name="ttl",
    kind=SettingKind.NUMBER,
    label=Words("Скільки секунд доставляти", "Seconds to go on delivering"),
    help=Words(
        "Якщо телефон клієнта вимкнено довше, Viber вважає повідомлення недоставленим.",
        "When the customer's phone is off for longer, Viber gives the message up.",
    ),
    example=str(DEFAULT_TTL_S),
    is_required=False,
    default=str(DEFAULT_TTL_S),
    least=30,
    most=14 * 24 * 3_600,
)
SENDER = Setting(
    name="from",
    kind=SettingKind.TEXT,
    label=Words("Назва в посиланнях", "Name in links"),
    help=Words(
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це альфа-ім'я.",
        "What deep links of a CRM call `from`. Left empty, it is the alpha name.",
    ),
    example="MyBrand",
    is_required=False,
    most=200,
)
GUIDE = (
    Step(
        text=Words(
            "Укладіть договір із SMSBAT на Viber Business Messages із двостороннім чатом. Менеджер"
            " зареєструє ваше альфа-ім'я у Viber і скаже адресу API для вашого регіону.",
            "Agree with SMSBAT on Viber Business Messages with two-way chat. The manager registers"
            " your alpha name with Viber and tells you the API's address for your region.",
        ),
        link="https://smsbat.com",
    ),
    Step(
        text=Words(
            "У кабінеті SMSBAT відкрийте профіль користувача, створіть токен API і вставте його в"
            " поле «Токен API». Впишіть альфа-ім'я та адресу API й збережіть канал.",
            "Open the User Profile in SMSBAT's dashboard, make an API token and copy it into the"
            " field “API token”. Enter the alpha name and the API's address and save the channel.",
        ),
        link="https://smsbat.com",
    ),
    Step(
        text=Words(
            "Надішліть менеджеру SMSBAT цю адресу: її треба вказати і для вхідних повідомлень, і"
            " для статусів доставлення. SMSBAT не підписує викликів, тому адреса закінчується"
            " таємним словом: не публікуйте її.",
            "Send this address to SMSBAT's manager: it has to be entered both for incoming messages"
            " and for delivery statuses. SMSBAT signs nothing, so the address ends with a secret:"
            " do not publish it.",
        ),
        shows=WEBHOOK_URL,
        is_after_saving=True,
    ),
    Step(
        text=Words(
            "Попросіть менеджера ввімкнути повторні спроби, якщо наша адреса не відповіла 200:"
            " інакше повідомлення, що надійшли під час перезапуску сервера, загубляться.",
            "Ask the manager to switch retries on for when our address does not answer 200:"
            " otherwise messages that come while the server restarts are lost.",
        ),
        is_after_saving=True,
    ),
    Step(
        text=Words(
            "Напишіть зі свого Viber у чат із вашим брендом: у панелі з'явиться чат. Тоді надішліть"
            " у нього тестове повідомлення звідси.",
            "Write to your brand's chat from your own Viber: a chat appears in the panel. Then send"
            " a test message to it from here.",
        ),
        is_after_saving=True,
    ),
)
CHECKS = (
    Words(
        "SMSBAT приймає токен API.",
        "SMSBAT accepts the API token.",
    ),
    Words(
        "Сервер OpDesk має https-адресу, на яку SMSBAT може надсилати повідомлення.",
        "The OpDesk server has an https address to which SMSBAT can send messages.",
    ),
    Words(
        "Усі отримані повідомлення вдалося прочитати.",
        "Every message that came could be read.",
    ),
)
TROUBLES = {
    "tokenRefused": Words(
        "SMSBAT не приймає токен API: {words}. Створіть новий у кабінеті SMSBAT (профіль"
        " користувача) і збережіть його тут.",
        "SMSBAT does not accept the API token: {words}. Make a new one in SMSBAT's dashboard (User"
        " Profile) and save it here.",
    ),
    "platformSilent": Words(
        "SMSBAT не відповідає. Перевірте, чи правильна адреса API в налаштуваннях каналу та чи"
        " сервер OpDesk може її відкрити.",
        "SMSBAT does not answer. Check that the API address in the channel's settings is right and"
        " that the OpDesk server can open it.",
    ),
    "addressRefused": Words(
        "Адреса API SMSBAT: {words}",
        "apiBaseUrl: {words}",
    ),
}
NOTES = (
    Words(
        "Канал може написати першим на будь-який номер із Viber; ціну такого повідомлення визначає"
        " договір із SMSBAT.",
        "The channel can write first to any number that has Viber; what that costs is in the"
        " contract with SMSBAT.",
    ),
    Words(
        "Від клієнтів надходять лише тексти: так написано в документації SMSBAT. Ім'я клієнта"
        " невідоме, номер телефону — завжди.",
        "Customers' texts come, and nothing else: so say SMSBAT's documents. A customer's name is"
        " not known, the phone always is.",
    ),
    Words(
        "Надсилаються тексти, фото (jpg, png до 1 МБ), відео mp4 до 10 МБ і файли тих форматів, які"
        " вказано в налаштуваннях. Viber завантажує їх із https-адреси сервера OpDesk.",
        "Texts, photos (jpg, png up to 1 MB), mp4 videos up to 10 MB and files of the formats in"
        " the settings can be sent. Viber loads them from the OpDesk server's https address.",
    ),
    Words(
        "Чи встановлено нашу адресу в SMSBAT, перевірити не можна: про це каже лише перше"
        " повідомлення.",
        "Whether SMSBAT has our address can't be checked: the first message tells.",
    ),
)
VIBER = Declaration(
    name=Words("Viber Business", "Viber Business Messages"),
    about=Words(
        "Клієнти пишуть вашому бренду у Viber, оператори відповідають від його імені та можуть"
        " написати першими.",
        "Customers write to your brand in Viber; operators answer in its name, and may write"
        " first.",
    ),
    sender=SENDER,
    settings=(
        API_TOKEN,
        ALPHA_NAME,
        API_BASE_URL,
        TEXT_TYPE,
        MEDIA_TYPE,
        IMAGE_FIELD,
        FILE_FORMATS,
        TTL,
    ),
    guide=GUIDE,
    # 1,000 characters is what other vendors of Viber's say; SMSBAT does not [unconfirmed]. Nor
    # does it tell how large a document may be.
    limits=Limits(
        text_chars=1_000,
        caption_chars=0,
        photo_bytes=MAX_PHOTO_BYTES,
        file_bytes=MAX_BYTES,
        video_bytes=MAX_BYTES,
    ),
    hears=(Hearing.WEBHOOK,),
    webhook_setup=WebhookSetup.BY_HAND,
    can_write_first=True,
    can_show_typing=False,
    checks=CHECKS,
    troubles=TROUBLES,
    # "read" is taken when it comes, but no document promises it.
    receipts=("delivered",),
    sends=frozenset((MediaType.FILE, MediaType.PHOTO, MediaType.VIDEO)),
    # SMSBAT names 100 calls a second, and has a receipt asked for with one of them.
    pace=Pace(20.0),
    is_asked_for_receipts=True,
    has_path_secret=True,
    notes=NOTES,
)
