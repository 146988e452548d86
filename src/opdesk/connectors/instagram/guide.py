"""The way an admin goes to connect an Instagram account, and what may be wrong on it."""

from opdesk.connectors.base import WEBHOOK_URL, Step, Words
from opdesk.connectors.meta_words import META_TROUBLES

GUIDE = (
    Step(
        text=Words(
            "Акаунт Instagram має бути професійним (бізнес або автор). У застосунку Instagram:"
            " Налаштування → Повідомлення й відповіді на історії → Інструменти керування"
            " повідомленнями → увімкніть «Дозволити доступ до повідомлень».",
            "The Instagram account has to be a professional one (business or creator). In the"
            " Instagram app: Settings → Messages and story replies → Message controls → Connected"
            " tools → switch on “Allow access to messages”.",
        ),
        link="https://www.instagram.com/accounts/convert_to_professional_account/",
    ),
    Step(
        text=Words(
            "Створіть застосунок Meta (Create app, тип Business) і додайте продукт Instagram. Для"
            " входу через Facebook додайте ще Messenger і пов'яжіть акаунт зі сторінкою.",
            "Create a Meta app (Create app, type Business) and add the product Instagram. For"
            " Facebook Login add Messenger as well, and link the account to a Page.",
        ),
        link="https://developers.facebook.com/apps/",
    ),
    Step(
        text=Words(
            "Вхід через Instagram: на сторінці Instagram → API setup with Instagram login скопіюйте"
            " Instagram app ID та Instagram app secret, додайте акаунт у Generate access tokens і"
            " скопіюйте маркер. Дозволи: instagram_business_basic,"
            " instagram_business_manage_messages.",
            "Instagram Login: at Instagram → API setup with Instagram login copy the Instagram app"
            " ID and the Instagram app secret, add the account at Generate access tokens and copy"
            " the token. Permissions: instagram_business_basic,"
            " instagram_business_manage_messages.",
        ),
        link="https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login",
    ),
    Step(
        text=Words(
            "Вхід через Facebook: скопіюйте App ID та App secret з App settings → Basic і маркер"
            " пов'язаної сторінки. Дозволи: instagram_basic, instagram_manage_messages,"
            " pages_manage_metadata.",
            "Facebook Login: copy the App ID and the App secret from App settings → Basic, and the"
            " linked Page's token. Permissions: instagram_basic, instagram_manage_messages,"
            " pages_manage_metadata.",
        ),
        link="https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login",
    ),
    Step(
        text=Words(
            "В App Review запросіть Advanced Access до цих дозволів і функцію Human Agent"
            " (відповіді від 24 годин до 7 днів). До схвалення писати можуть лише люди з роллю в"
            " застосунку.",
            "At App Review ask for Advanced Access to these permissions and for the feature Human"
            " Agent (answers between 24 hours and 7 days). Before that only people with a role in"
            " the app can write.",
        ),
        link="https://developers.facebook.com/docs/app-review",
    ),
    Step(
        text=Words(
            "Збережіть канал. Для входу через Instagram вставте цю адресу в Callback URL"
            " на сторінці API setup with Instagram login → Configure webhooks. Для входу через"
            " Facebook OpDesk реєструє її сам.",
            "Save the channel. For Instagram Login paste this address as the Callback URL at API"
            " setup with Instagram login → Configure webhooks. For Facebook Login OpDesk registers"
            " it by itself.",
        ),
        shows=WEBHOOK_URL,
        is_after_saving=True,
    ),
    Step(
        text=Words(
            "Там само вставте цей маркер у Verify token, натисніть Verify and save й увімкніть поля"
            " messages, messaging_seen, message_reactions, messaging_postbacks,"
            " messaging_referrals, message_edit.",
            "In the same place paste this as the Verify token, press Verify and save, and switch on"
            " the fields messages, messaging_seen, message_reactions, messaging_postbacks,"
            " messaging_referrals, message_edit.",
        ),
        shows="verifyToken",
        is_after_saving=True,
    ),
    Step(
        text=Words(
            "Переведіть застосунок у режим Live і напишіть акаунту з іншого Instagram: у панелі"
            " з'явиться чат. Тоді надішліть у нього тестове повідомлення звідси.",
            "Switch the app to Live and write to the account from another Instagram: a chat appears"
            " in the panel. Then send a test message to it from here.",
        ),
        is_after_saving=True,
    ),
)
CHECKS = (
    Words("Meta приймає маркер доступу.", "Meta accepts the access token."),
    Words(
        "Акаунт підписано на всі події, які потрібні OpDesk.",
        "The account is subscribed to every event that OpDesk needs.",
    ),
    Words(
        "Вхід через Facebook: секрет застосунку справжній, маркер має дозволи й не має кінця, а"
        " вебхук веде до нас.",
        "Facebook Login: the app's secret is genuine, the token has the permissions and does not"
        " end, and the webhook leads to us.",
    ),
)
TROUBLES = {
    "addressRefused": Words("Адреса API: {words}", "The address of the API: {words}"),
    "tokenRefused": Words(
        "Meta не приймає маркер: {words}. Створіть новий у App Dashboard → Instagram (або Messenger"
        " → Instagram settings) → Generate access tokens і збережіть його тут.",
        "Meta refuses the token: {words}. Make a new one at App Dashboard → Instagram (or Messenger"
        " → Instagram settings) → Generate access tokens and save it here.",
    ),
    "appRefused": Words(
        "Meta не приймає застосунок: {words}. Перевірте його ідентифікатор, секрет і дозволи та"
        " збережіть канал знову.",
        "Meta refuses the app: {words}. Check its ID, its secret and its permissions, and save the"
        " channel again.",
    ),
    **META_TROUBLES,
    "notSubscribed": Words(
        "Акаунт не підписано на застосунок, тому повідомлення не надходять. Збережіть канал знову.",
        "The account is not subscribed to the app, so no messages come. Save the channel again.",
    ),
    "fieldsMissing": Words(
        "Вебхуку бракує подій: {names}. Увімкніть їх у Configure webhooks і збережіть канал знову.",
        "The webhook lacks events: {names}. Switch them on at Configure webhooks and save the"
        " channel again.",
    ),
}
NOTES = (
    Words(
        "Акаунт не може написати першим: розмову починає клієнт.",
        "The account can't write first: customers begin the conversation.",
    ),
    Words(
        "Текст має не більше 1000 байтів, тобто близько 500 кириличних літер.",
        "A text has at most 1,000 bytes, which is about 500 Cyrillic letters.",
    ),
    Words(
        "Відповідати можна 24 години після останнього повідомлення клієнта, а з функцією Human"
        " Agent — 7 днів.",
        "Answers may be sent for 24 hours after the customer's last message, and for 7 days with"
        " the feature Human Agent.",
    ),
    Words(
        "Instagram забирає файли з нашої адреси, тому OPDESK_PUBLIC_URL має відкриватися з"
        " інтернету. Приймає png і jpeg, aac, m4a, wav, mp4, ogg, avi, mov, webm та pdf.",
        "Instagram fetches files from our address, so OPDESK_PUBLIC_URL has to be reachable from"
        " the internet. It takes png and jpeg, aac, m4a, wav, mp4, ogg, avi, mov, webm and pdf.",
    ),
    Words(
        "Instagram не повідомляє телефонів і того, чи повідомлення доставлено; про деякі GIF і"
        " наліпки він не повідомляє взагалі.",
        "Instagram tells no phones, and not whether a message was delivered; of some GIFs and"
        " stickers it tells nothing at all.",
    ),
)
