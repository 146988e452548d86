"""What an admin is told about WhatsApp, in both languages."""

from opdesk.connectors.base import (
    After,
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
    Window,
    Words,
)
from opdesk.connectors.graph import GRAPH_URL, GRAPH_VERSION
from opdesk.connectors.whatsapp.troubles import NOTES, TROUBLES

DEFAULT_BASE_URL, DEFAULT_VERSION = GRAPH_URL, GRAPH_VERSION
MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 100 * MEBIBYTE
WINDOW_HOURS = 24
PER_SECOND = 80.0
"""Of one number. Meta raises it by itself; a number that the app uses too has 20, and says so."""
_ID = r"[0-9]{5,32}"
_ID_MUST = "must be the number that Meta shows, digits only"

PHONE_NUMBER_ID = Setting(
    name="phoneNumberId",
    kind=SettingKind.TEXT,
    label=Words("ID номера телефону", "Phone number ID"),
    help=Words(
        "Не сам номер, а його ідентифікатор: застосунок у Meta for Developers → WhatsApp → API"
        " Setup → Phone number ID.",
        "Not the number itself but its identifier: your app at Meta for Developers → WhatsApp →"
        " API Setup → Phone number ID.",
    ),
    example="106540352242922",
    pattern=_ID,
    must=_ID_MUST,
)
WABA_ID = Setting(
    name="wabaId",
    kind=SettingKind.TEXT,
    label=Words("ID акаунта WhatsApp Business", "WhatsApp Business Account ID"),
    help=Words(
        "На тій самій сторінці API Setup, поруч із ID номера. Звідси беруться шаблони.",
        "On the same page, API Setup, beside the phone number ID. Templates are read from it.",
    ),
    example="102290129340398",
    pattern=_ID,
    must=_ID_MUST,
)
ACCESS_TOKEN = Setting(
    name="accessToken",
    kind=SettingKind.SECRET,
    label=Words("Постійний токен доступу", "Permanent access token"),
    help=Words(
        "Токен системного користувача (System user) без строку дії, з дозволами"
        " whatsapp_business_messaging і whatsapp_business_management. Токен зі сторінки API Setup"
        " діє лише добу. Після збереження токен більше не показується.",
        "A system user's token that never expires, with the permissions"
        " whatsapp_business_messaging and whatsapp_business_management. The one on the page API"
        " Setup lives for a day only. It is not shown again once it is saved.",
    ),
    example="EAAJB-made-up-token-of-a-system-user",
    pattern=r"[A-Za-z0-9_|.-]{20,1000}",
    must="must be an access token, such as EAAJB…",
)
APP_ID = Setting(
    name="appId",
    kind=SettingKind.TEXT,
    label=Words("ID застосунку", "App ID"),
    help=Words(
        "Застосунок у Meta for Developers → App settings → Basic → App ID.",
        "Your app at Meta for Developers → App settings → Basic → App ID.",
    ),
    example="670843887433847",
    pattern=_ID,
    must=_ID_MUST,
)
APP_SECRET = Setting(
    name="appSecret",
    kind=SettingKind.SECRET,
    label=Words("Секрет застосунку", "App secret"),
    help=Words(
        "Поруч з App ID: App secret → Show. Ним Meta підписує кожне повідомлення до OpDesk,"
        " тож без нього жодне не приймається.",
        "Beside the App ID: App secret → Show. Meta signs every message to OpDesk with it, so"
        " that none is taken without it.",
    ),
    example="0123456789abcdef0123456789abcdef",
    pattern=r"[0-9a-f]{32}",
    must="must be the app's secret: 32 characters, 0 to 9 and a to f",
)
VERIFY_TOKEN = Setting(
    name="verifyToken",
    kind=SettingKind.TEXT,
    label=Words("Токен перевірки", "Verify token"),
    help=Words(
        "Його створює OpDesk: за ним Meta впізнає нашу адресу вебхука.",
        "OpDesk makes it: by it Meta knows our webhook's address.",
    ),
    example="made-up-verify-token",
    filled_by=Filler.OPDESK,
)
API_BASE_URL = Setting(
    name="apiBaseUrl",
    kind=SettingKind.URL,
    label=Words("Адреса Graph API", "Address of the Graph API"),
    help=Words(
        "Залиште як є, якщо компанія не виходить до Meta через власний проксі.",
        "Leave it as it is unless your company reaches Meta through a proxy of its own.",
    ),
    example=DEFAULT_BASE_URL,
    is_required=False,
    default=DEFAULT_BASE_URL,
)
API_VERSION = Setting(
    name="apiVersion",
    kind=SettingKind.TEXT,
    label=Words("Версія Graph API", "Version of the Graph API"),
    help=Words(
        "Змінюйте лише тоді, коли Meta вимикає цю версію.",
        "Change it only when Meta switches this version off.",
    ),
    example=DEFAULT_VERSION,
    is_required=False,
    default=DEFAULT_VERSION,
    pattern=r"v[0-9]{1,3}\.[0-9]{1,2}",
    must="must be a version, such as v26.0",
)
SENDER = Setting(
    name="from",
    kind=SettingKind.TEXT,
    label=Words("Назва в посиланнях", "Name in links"),
    help=Words(
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це номер телефону у"
        " форматі +380…, як його знає Meta.",
        "What deep links of a CRM call `from`. Left empty, it is the phone number as +380…, as"
        " Meta knows it.",
    ),
    example="+380441234567",
    is_required=False,
    most=200,
)
GUIDE = (
    Step(
        text=Words(
            "Створіть у Meta for Developers застосунок типу Business і додайте до нього продукт"
            " WhatsApp. Якщо застосунок уже є, відкрийте його.",
            "Create an app of the type Business at Meta for Developers and add the product WhatsApp"
            " to it. If you have one, open it.",
        ),
        link="https://developers.facebook.com/apps/",
    ),
    Step(
        text=Words(
            "WhatsApp → API Setup: додайте номер телефону компанії й підтвердьте його кодом."
            " Номер не має бути зареєстрований у звичайному WhatsApp. Скопіюйте звідти Phone"
            " number ID та WhatsApp Business Account ID.",
            "WhatsApp → API Setup: add the company's phone number and confirm it with the code. The"
            " number must not be registered in the ordinary WhatsApp. Copy the Phone number ID and"
            " the WhatsApp Business Account ID from there.",
        ),
        link="https://developers.facebook.com/docs/whatsapp/cloud-api/get-started",
    ),
    Step(
        text=Words(
            "App settings → Basic: скопіюйте App ID та App secret.",
            "App settings → Basic: copy the App ID and the App secret.",
        ),
        link="https://developers.facebook.com/apps/",
    ),
    Step(
        text=Words(
            "Business settings → System users: створіть системного користувача, додайте йому"
            " (Assign assets) цей застосунок і акаунт WhatsApp із повним доступом, натисніть"
            " Generate token, виберіть строк Never і дозволи whatsapp_business_messaging та"
            " whatsapp_business_management. Скопіюйте токен.",
            "Business settings → System users: create a system user, give it (Assign assets) this"
            " app and the WhatsApp account with full control, press Generate token, choose the"
            " expiration Never and the permissions whatsapp_business_messaging and"
            " whatsapp_business_management. Copy the token.",
        ),
        link="https://business.facebook.com/settings/system-users",
    ),
    Step(
        text=Words(
            "Додайте в Business settings спосіб оплати для акаунта WhatsApp і переведіть"
            " застосунок у режим Live: без цього Meta не доставляє шаблони й повідомлення"
            " справжнім клієнтам.",
            "Add a payment method for the WhatsApp account in Business settings and switch the app"
            " to Live: without that Meta delivers neither templates nor messages to real"
            " customers.",
        ),
        link="https://business.facebook.com/wa/manage/home/",
    ),
    Step(
        text=Words(
            "Збережіть канал. OpDesk сам підписує застосунок на акаунт WhatsApp і реєструє свою"
            " адресу для цього номера; адреса сервера (OPDESK_PUBLIC_URL) має починатися з https.",
            "Save the channel. OpDesk subscribes the app to the WhatsApp account and registers its"
            " address for this number by itself; the server's address (OPDESK_PUBLIC_URL) must"
            " begin with https.",
        )
    ),
    Step(
        text=Words(
            "Лише якщо перевірка каже, що вебхук не підключено: App Dashboard → WhatsApp →"
            " Configuration → Edit, впишіть адресу вебхука каналу й цей токен перевірки, тоді"
            " підпишіться на поле messages.",
            "Only if the check says that the webhook is not connected: App Dashboard → WhatsApp →"
            " Configuration → Edit, enter the channel's webhook address and this verify token,"
            " then subscribe to the field messages.",
        ),
        link="https://developers.facebook.com/apps/",
        shows="verifyToken",
        is_after_saving=True,
    ),
    Step(
        text=Words(
            "Напишіть на номер компанії зі свого WhatsApp: у панелі з'явиться чат. Тоді надішліть"
            " у нього тестове повідомлення звідси.",
            "Write to the company's number from your own WhatsApp: a chat appears in the panel."
            " Then send a test message to it from here.",
        ),
        is_after_saving=True,
    ),
)
CHECKS = (
    Words(
        "Токен дійсний, безстроковий, цього застосунку і має обидва дозволи (debug_token).",
        "The token is valid, permanent, of this app, and has both permissions (debug_token).",
    ),
    Words(
        "Номер може надсилати повідомлення (health_status).",
        "The number can send messages (health_status).",
    ),
    Words(
        "Вебхук цього номера наш (webhook_configuration).",
        "The number's webhook is ours (webhook_configuration).",
    ),
    Words(
        "Застосунок підписано на акаунт WhatsApp і на поле messages.",
        "The app is subscribed to the WhatsApp account and to the field messages.",
    ),
    Words(
        "Усі отримані повідомлення вдалося прочитати.",
        "Every message that came could be read.",
    ),
)
WHATSAPP = Declaration(
    name=Words("WhatsApp", "WhatsApp"),
    about=Words(
        "Клієнти пишуть на номер вашої компанії у WhatsApp, оператори відповідають у панелі.",
        "Customers write to your company's number in WhatsApp, operators answer in the panel.",
    ),
    sender=SENDER,
    settings=(
        PHONE_NUMBER_ID,
        WABA_ID,
        ACCESS_TOKEN,
        APP_ID,
        APP_SECRET,
        VERIFY_TOKEN,
        API_BASE_URL,
        API_VERSION,
    ),
    guide=GUIDE,
    limits=Limits(
        text_chars=4_096,
        caption_chars=1_024,
        photo_bytes=5 * MEBIBYTE,
        video_bytes=16 * MEBIBYTE,
        audio_bytes=16 * MEBIBYTE,
        file_bytes=MAX_FILE_BYTES,
    ),
    hears=(Hearing.WEBHOOK,),
    webhook_setup=WebhookSetup.AUTOMATIC,
    can_write_first=True,
    can_show_typing=True,
    checks=CHECKS,
    troubles=TROUBLES,
    receipts=("delivered", "read"),
    sends=frozenset(MediaType),
    pace=Pace(PER_SECOND),
    window=Window(WINDOW_HOURS, After.TEMPLATES),
    can_mark_read=True,
    notes=NOTES,
)
