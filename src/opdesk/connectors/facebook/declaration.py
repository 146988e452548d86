"""What an admin is told about Facebook Pages, in both languages."""

from opdesk.connectors.base import (
    After,
    Declaration,
    Filler,
    Hearing,
    Limits,
    Pace,
    Setting,
    SettingKind,
    Step,
    WebhookSetup,
    Window,
    Words,
)
from opdesk.connectors.graph import GRAPH_URL
from opdesk.connectors.meta_words import META_TROUBLES, VERSION

MIB = 1024 * 1024
FIELDS = (
    "messages",
    "messaging_postbacks",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "message_reactions",
    "message_edits",
    "messaging_referrals",
)
PERMISSIONS = ("pages_messaging", "pages_manage_metadata")
PAGE_TOKEN = Setting(
    name="pageToken",
    kind=SettingKind.SECRET,
    label=Words("Маркер доступу сторінки", "Page access token"),
    help=Words(
        "App Dashboard → Messenger → Messenger API Settings → Generate access tokens: додайте"
        " сторінку й натисніть Generate. Має бути маркер саме сторінки (Page), а не користувача.",
        "App Dashboard → Messenger → Messenger API Settings → Generate access tokens: add the Page"
        " and press Generate. It has to be the Page's token, not a user's.",
    ),
    example="EAAGm0PX4ZCpsBAMadeUpTokenOfAPage",
    pattern=r"[A-Za-z0-9_.|-]{20,1000}",
    must="must be a Page access token, such as EAAG…",
)
APP_ID = Setting(
    name="appId",
    kind=SettingKind.TEXT,
    label=Words("Ідентифікатор застосунку", "App ID"),
    help=Words(
        "Число вгорі сторінки App Dashboard, також App settings → Basic → App ID.",
        "The number at the top of the App Dashboard, also at App settings → Basic → App ID.",
    ),
    example="1234567890123456",
    pattern=r"[0-9]{5,20}",
    must="must be the app's number, such as 1234567890123456",
)
APP_SECRET = Setting(
    name="appSecret",
    kind=SettingKind.SECRET,
    label=Words("Секрет застосунку", "App secret"),
    help=Words(
        "App settings → Basic → App secret → Show. Ним Meta підписує кожне повідомлення, тож без"
        " нього OpDesk не прийме жодного.",
        "App settings → Basic → App secret → Show. Meta signs every message with it, so that"
        " OpDesk takes none without it.",
    ),
    example="0123456789abcdef0123456789abcdef",
    pattern=r"[0-9a-fA-F]{16,64}",
    must="must be the app's secret: 32 digits and letters from a to f",
)
VERIFY_TOKEN = Setting(
    name="verifyToken",
    kind=SettingKind.TEXT,
    label=Words("Маркер перевірки", "Verify token"),
    help=Words(
        "Слово, за яким Meta впізнає нашу адресу. Його створює OpDesk.",
        "The word by which Meta recognizes our address. OpDesk makes it.",
    ),
    example="made-by-opdesk",
    filled_by=Filler.OPDESK,
)
PAGE_ID = Setting(
    name="pageId",
    kind=SettingKind.TEXT,
    label=Words("Ідентифікатор сторінки", "Page ID"),
    help=Words(
        "Його повідомляє Meta, коли канал збережено.",
        "Meta tells it when the channel is saved.",
    ),
    example="206070979425408",
    is_required=False,
    filled_by=Filler.PLATFORM,
)
GRAPH_ADDRESS = Setting(
    name="graphUrl",
    kind=SettingKind.URL,
    label=Words("Адреса Graph API", "Address of the Graph API"),
    help=Words(
        "Залиште як є, якщо ваша мережа не веде до Meta через власний проксі.",
        "Leave it as it is unless your network leads to Meta through a proxy of its own.",
    ),
    example=GRAPH_URL,
    is_required=False,
    default=GRAPH_URL,
)
SENDER = Setting(
    name="from",
    kind=SettingKind.TEXT,
    label=Words("Назва в посиланнях", "Name in links"),
    help=Words(
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це назва сторінки.",
        "What deep links of a CRM call `from`. Left empty, it is the Page's name.",
    ),
    example="Demo Shop",
    is_required=False,
    most=200,
)
GUIDE = (
    Step(
        text=Words(
            "Створіть застосунок Meta (Create app, тип Business) або відкрийте наявний і додайте"
            " продукт Messenger. Керувати застосунком і сторінкою має та сама людина.",
            "Create a Meta app (Create app, type Business), or open the one you have, and add the"
            " product Messenger. The same person has to manage the app and the Page.",
        ),
        link="https://developers.facebook.com/apps/",
    ),
    Step(
        text=Words(
            "В App settings → Basic скопіюйте App ID та App secret у поля нижче.",
            "At App settings → Basic copy the App ID and the App secret into the fields below.",
        ),
        link="https://developers.facebook.com/apps/",
    ),
    Step(
        text=Words(
            "У Messenger → Messenger API Settings → Generate access tokens додайте сторінку й"
            " створіть маркер із дозволами pages_messaging та pages_manage_metadata. Маркер, що має"
            " кінець, довелося б замінювати: перевірка каналу скаже, якщо він такий.",
            "At Messenger → Messenger API Settings → Generate access tokens add the Page and make a"
            " token with the permissions pages_messaging and pages_manage_metadata. A token that"
            " ends would have to be replaced: the channel's check tells when it is one.",
        ),
        link="https://developers.facebook.com/docs/messenger-platform/get-started",
    ),
    Step(
        text=Words(
            "В App Review запросіть Advanced Access до pages_messaging, функцію Human Agent"
            " (відповіді від 24 годин до 7 днів) та Business Asset User Profile Access (імена"
            " клієнтів). До схвалення писати можуть лише люди з роллю в застосунку.",
            "At App Review ask for Advanced Access to pages_messaging, for the feature Human Agent"
            " (answers between 24 hours and 7 days) and for Business Asset User Profile Access"
            " (customers' names). Before that only people with a role in the app can write.",
        ),
        link="https://developers.facebook.com/docs/app-review",
    ),
    Step(
        text=Words(
            "Якщо до сторінки під'єднано інші програми, у налаштуваннях сторінки (Advanced"
            " messaging → Conversation routing) зробіть типовим цей застосунок: розмови, якими"
            " керує інша програма, до OpDesk не надходять.",
            "If other programs are connected to the Page, make this app the default one in the"
            " Page's settings (Advanced messaging → Conversation routing): conversations that"
            " another program controls do not reach OpDesk.",
        ),
        link="https://www.facebook.com/settings?tab=advanced_messaging",
    ),
    Step(
        text=Words(
            "Збережіть канал. OpDesk сам реєструє вебхук застосунку, підписує на нього сторінку й"
            " називає Meta цей маркер перевірки; копіювати його треба лише тоді, коли ви"
            " налаштовуєте вебхук у Meta власноруч.",
            "Save the channel. OpDesk registers the app's webhook, subscribes the Page to it and"
            " tells Meta this verify token by itself; it has to be copied only if you set the"
            " webhook up at Meta by hand.",
        ),
        shows="verifyToken",
    ),
    Step(
        text=Words(
            "Переведіть застосунок у режим Live і напишіть сторінці у Messenger: у панелі"
            " з'явиться чат. Тоді надішліть у нього тестове повідомлення звідси.",
            "Switch the app to Live and write to the Page in Messenger: a chat appears in the"
            " panel. Then send a test message to it from here.",
        ),
        is_after_saving=True,
    ),
)
CHECKS = (
    Words("Meta приймає маркер сторінки.", "Meta accepts the Page's token."),
    Words(
        "Застосунок і його секрет справжні, а маркер має потрібні дозволи й не має кінця.",
        "The app and its secret are genuine; the token has the permissions and does not end.",
    ),
    Words(
        "Вебхук застосунку веде до нас.",
        "The app's webhook leads to us.",
    ),
    Words(
        "Сторінку підписано на всі події, які потрібні OpDesk.",
        "The Page is subscribed to every event that OpDesk needs.",
    ),
)
TROUBLES = {
    "addressRefused": Words("Адреса Graph API: {words}", "graphUrl: {words}"),
    "tokenRefused": Words(
        "Meta не приймає маркер сторінки: {words}. Створіть новий у Messenger → Messenger API"
        " Settings → Generate access tokens і збережіть його тут.",
        "Meta refuses the Page's token: {words}. Make a new one at Messenger → Messenger API"
        " Settings → Generate access tokens and save it here.",
    ),
    "appRefused": Words(
        "Meta не приймає застосунок: {words}. Перевірте App ID та App secret в App settings →"
        " Basic і збережіть їх тут.",
        "Meta refuses the app: {words}. Compare the App ID and the App secret at App settings →"
        " Basic and save them here.",
    ),
    **META_TROUBLES,
    "pageNotSubscribed": Words(
        "Сторінку не підписано на застосунок, тому повідомлення не надходять. Збережіть канал"
        " знову.",
        "The Page is not subscribed to the app, so no messages come. Save the channel again.",
    ),
    "fieldsMissing": Words(
        "Вебхуку бракує подій: {names}. Збережіть канал знову.",
        "The webhook lacks events: {names}. Save the channel again.",
    ),
}
NOTES = (
    Words(
        "Сторінка не може написати першою. Дайте клієнтам посилання https://m.me/ з іменем"
        " сторінки.",
        "A Page can't write first. Give customers the link https://m.me/ with the Page's name.",
    ),
    Words(
        "Відповідати можна 24 години після останнього повідомлення клієнта, а з функцією Human"
        " Agent — 7 днів.",
        "Answers may be sent for 24 hours after the customer's last message, and for 7 days with"
        " the feature Human Agent.",
    ),
    Words(
        "Meta не повідомляє телефонів. Ім'я клієнта відоме, якщо застосунок має на це дозвіл.",
        "Meta tells no phones. A customer's name is known if the app has the permission for it.",
    ),
    Words(
        "Розмови, якими керує інша програма (standby), OpDesk не показує.",
        "Conversations that another program controls (standby) are not shown in OpDesk.",
    ),
)
FACEBOOK = Declaration(
    name=Words("Facebook Messenger", "Facebook Messenger"),
    about=Words(
        "Клієнти пишуть вашій сторінці у Messenger, оператори відповідають у панелі.",
        "Customers write to your Page in Messenger, operators answer in the panel.",
    ),
    sender=SENDER,
    settings=(PAGE_TOKEN, APP_ID, APP_SECRET, VERIFY_TOKEN, PAGE_ID, GRAPH_ADDRESS, VERSION),
    guide=GUIDE,
    # Meta documents 25 MB for Instagram only; a larger file is refused as 100/2018109.
    limits=Limits(text_chars=2_000, caption_chars=0, photo_bytes=8 * MIB, file_bytes=25 * MIB),
    hears=(Hearing.WEBHOOK,),
    webhook_setup=WebhookSetup.AUTOMATIC,
    can_write_first=False,
    can_show_typing=True,
    can_mark_read=True,
    tells_ms=True,
    receipts=("delivered", "read"),
    # 300 texts a second, but 10 sounds or videos.
    pace=Pace(10.0),
    window=Window(24, After.HUMAN_AGENT, 168),
    checks=CHECKS,
    troubles=TROUBLES,
    notes=NOTES,
)
