"""What an admin is told about Instagram, in both languages."""

from opdesk.connectors.base import (
    After,
    Choice,
    Declaration,
    Filler,
    Hearing,
    Limits,
    Pace,
    Setting,
    SettingKind,
    WebhookSetup,
    Window,
    Words,
)
from opdesk.connectors.graph import GRAPH_URL
from opdesk.connectors.instagram.guide import CHECKS, GUIDE, NOTES, TROUBLES
from opdesk.connectors.meta_words import VERSION

MIB = 1024 * 1024
INSTAGRAM_URL = "https://graph.instagram.com"
INSTAGRAM_ROUTE, FACEBOOK_ROUTE = "instagram", "facebook"
FIELDS = (
    "messages",
    "messaging_seen",
    "message_reactions",
    "messaging_postbacks",
    "messaging_referrals",
    "message_edit",
)
PERMISSIONS = ("instagram_basic", "instagram_manage_messages", "pages_manage_metadata")
"""Of a Page's token; what a token of Instagram's own login may do can't be asked."""
_BY_INSTAGRAM = ("loginRoute", INSTAGRAM_ROUTE)
_BY_FACEBOOK = ("loginRoute", FACEBOOK_ROUTE)
LOGIN_ROUTE = Setting(
    name="loginRoute",
    kind=SettingKind.CHOICE,
    label=Words("Спосіб входу", "Login route"),
    help=Words(
        "Як застосунок Meta під'єднано до акаунта. Вхід через Instagram не потребує сторінки"
        " Facebook; його маркер OpDesk сам поновлює.",
        "How the Meta app is connected to the account. Instagram's own login needs no Facebook"
        " Page; OpDesk renews its token.",
    ),
    example=INSTAGRAM_ROUTE,
    default=INSTAGRAM_ROUTE,
    choices=(
        Choice(INSTAGRAM_ROUTE, Words("Через Instagram", "Instagram Login")),
        Choice(
            FACEBOOK_ROUTE,
            Words("Через Facebook (пов'язана сторінка)", "Facebook Login (linked Page)"),
        ),
    ),
)
INSTAGRAM_TOKEN = Setting(
    name="instagramToken",
    kind=SettingKind.SECRET,
    label=Words("Маркер доступу Instagram", "Instagram access token"),
    help=Words(
        "App Dashboard → Instagram → API setup with Instagram login → Generate access tokens:"
        " додайте акаунт і натисніть Generate token. Маркер діє 60 днів, і OpDesk щодня його"
        " поновлює.",
        "App Dashboard → Instagram → API setup with Instagram login → Generate access tokens: add"
        " the account and press Generate token. The token lives 60 days; OpDesk renews it daily.",
    ),
    example="IGAAmadeUpTokenOfAnInstagramAccount",
    pattern=r"[A-Za-z0-9_.|-]{20,1000}",
    must="must be an Instagram access token, such as IGAA…",
    only_with=_BY_INSTAGRAM,
)
INSTAGRAM_APP_ID = Setting(
    name="instagramAppId",
    kind=SettingKind.TEXT,
    label=Words("Instagram app ID", "Instagram app's ID"),
    help=Words(
        "Угорі сторінки API setup with Instagram login: Instagram app ID. Це інше число, ніж App"
        " ID вгорі App Dashboard.",
        "At the top of API setup with Instagram login: Instagram app ID. It is another number than"
        " the App ID at the top of the App Dashboard.",
    ),
    example="1234567890123456",
    pattern=r"[0-9]{5,20}",
    must="must be the Instagram app's number, such as 1234567890123456",
    only_with=_BY_INSTAGRAM,
)
INSTAGRAM_APP_SECRET = Setting(
    name="instagramAppSecret",
    kind=SettingKind.SECRET,
    label=Words("Секрет Instagram app", "Instagram app secret"),
    help=Words(
        "На тій самій сторінці: Instagram app secret → Show. Це не App secret з App settings →"
        " Basic: з ним жодне повідомлення не надійде.",
        "On the same page: Instagram app secret → Show. It is not the App secret of App settings →"
        " Basic: with that one no message arrives.",
    ),
    example="0123456789abcdef0123456789abcdef",
    pattern=r"[0-9a-fA-F]{16,64}",
    must="must be the Instagram app's secret: 32 digits and letters from a to f",
    only_with=_BY_INSTAGRAM,
)
PAGE_TOKEN = Setting(
    name="pageToken",
    kind=SettingKind.SECRET,
    label=Words("Маркер доступу сторінки", "Page access token"),
    help=Words(
        "Маркер сторінки Facebook, з якою пов'язано акаунт Instagram: App Dashboard → Messenger →"
        " Instagram settings → Generate access tokens.",
        "The token of the Facebook Page to which the Instagram account is linked: App Dashboard →"
        " Messenger → Instagram settings → Generate access tokens.",
    ),
    example="EAAGm0PX4ZCpsBAMadeUpTokenOfAPage",
    pattern=r"[A-Za-z0-9_.|-]{20,1000}",
    must="must be a Page access token, such as EAAG…",
    only_with=_BY_FACEBOOK,
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
    only_with=_BY_FACEBOOK,
)
APP_SECRET = Setting(
    name="appSecret",
    kind=SettingKind.SECRET,
    label=Words("Секрет застосунку", "App secret"),
    help=Words(
        "App settings → Basic → App secret → Show. Ним Meta підписує кожне повідомлення.",
        "App settings → Basic → App secret → Show. Meta signs every message with it.",
    ),
    example="0123456789abcdef0123456789abcdef",
    pattern=r"[0-9a-fA-F]{16,64}",
    must="must be the app's secret: 32 digits and letters from a to f",
    only_with=_BY_FACEBOOK,
)
VERIFY_TOKEN = Setting(
    name="verifyToken",
    kind=SettingKind.TEXT,
    label=Words("Маркер перевірки", "Verify token"),
    help=Words(
        "Слово, за яким Meta впізнає нашу адресу. Його створює OpDesk; скопіюйте його в Meta разом"
        " з адресою.",
        "The word by which Meta recognizes our address. OpDesk makes it; copy it to Meta together"
        " with the address.",
    ),
    example="made-by-opdesk",
    filled_by=Filler.OPDESK,
)
ACCOUNT_ID = Setting(
    name="accountId",
    kind=SettingKind.TEXT,
    label=Words("Ідентифікатор акаунта Instagram", "Instagram account ID"),
    help=Words(
        "Його повідомляє Meta, коли канал збережено.",
        "Meta tells it when the channel is saved.",
    ),
    example="17841400538867190",
    is_required=False,
    filled_by=Filler.PLATFORM,
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
    only_with=_BY_FACEBOOK,
)
_ADDRESS_HELP = Words(
    "Залиште як є, якщо ваша мережа не веде до Meta через власний проксі.",
    "Leave it as it is unless your network leads to Meta through a proxy of its own.",
)
INSTAGRAM_ADDRESS = Setting(
    name="instagramUrl",
    kind=SettingKind.URL,
    label=Words("Адреса Instagram API", "Address of the Instagram API"),
    help=_ADDRESS_HELP,
    example=INSTAGRAM_URL,
    is_required=False,
    default=INSTAGRAM_URL,
    only_with=_BY_INSTAGRAM,
)
GRAPH_ADDRESS = Setting(
    name="graphUrl",
    kind=SettingKind.URL,
    label=Words("Адреса Graph API", "Address of the Graph API"),
    help=_ADDRESS_HELP,
    example=GRAPH_URL,
    is_required=False,
    default=GRAPH_URL,
    only_with=_BY_FACEBOOK,
)
SENDER = Setting(
    name="from",
    kind=SettingKind.TEXT,
    label=Words("Назва в посиланнях", "Name in links"),
    help=Words(
        "Те, що посилання CRM називають from. Якщо залишити порожнім, це ім'я користувача акаунта.",
        "What deep links of a CRM call `from`. Left empty, it is the account's user name.",
    ),
    example="demo.shop",
    is_required=False,
    most=200,
)
INSTAGRAM = Declaration(
    name=Words("Instagram", "Instagram"),
    about=Words(
        "Клієнти пишуть вашому акаунту в Instagram Direct, оператори відповідають у панелі.",
        "Customers write to your account in Instagram Direct, operators answer in the panel.",
    ),
    sender=SENDER,
    settings=(
        LOGIN_ROUTE,
        INSTAGRAM_TOKEN,
        INSTAGRAM_APP_ID,
        INSTAGRAM_APP_SECRET,
        PAGE_TOKEN,
        APP_ID,
        APP_SECRET,
        VERIFY_TOKEN,
        ACCOUNT_ID,
        PAGE_ID,
        INSTAGRAM_ADDRESS,
        GRAPH_ADDRESS,
        VERSION,
    ),
    guide=GUIDE,
    limits=Limits(
        text_chars=1_000,
        text_bytes=1_000,
        caption_chars=0,
        photo_bytes=8 * MIB,
        file_bytes=25 * MIB,
    ),
    hears=(Hearing.WEBHOOK,),
    webhook_setup=WebhookSetup.BY_HAND,
    can_write_first=False,
    can_show_typing=True,
    can_mark_read=True,
    tells_ms=True,
    receipts=("read",),
    # 300 texts a second, but 10 files.
    pace=Pace(10.0),
    window=Window(24, After.HUMAN_AGENT, 168),
    checks=CHECKS,
    troubles=TROUBLES,
    notes=NOTES,
)
