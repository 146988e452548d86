"""What can be wrong with a WhatsApp channel, and what it can't do, in both languages."""

from opdesk.connectors.base import Words

TROUBLES = {
    "platformSilent": Words(
        "Meta не відповідає. Перевірте, чи сервер OpDesk може відкрити адресу Graph API з"
        " налаштувань каналу.",
        "Meta does not answer. Check that the OpDesk server can open the Graph API address of the"
        " channel's settings.",
    ),
    "addressRefused": Words("Адреса Graph API: {words}", "apiBaseUrl: {words}"),
    "secretRefused": Words(
        "Meta не приймає App ID із секретом: {words}. Скопіюйте обидва в App settings → Basic"
        " і збережіть їх тут.",
        "Meta refuses the App ID with its secret: {words}. Copy both from App settings → Basic and"
        " save them here.",
    ),
    "tokenRefused": Words(
        "Токен не діє: {words}. Створіть новий у Business settings → System users → Generate"
        " token зі строком Never і збережіть його тут.",
        "The token is not valid: {words}. Make a new one at Business settings → System users →"
        " Generate token with the expiration Never, and save it here.",
    ),
    "tokenTemporary": Words(
        "Токен має строк дії, і канал зупиниться, коли той мине. Створіть токен системного"
        " користувача зі строком Never і збережіть його тут.",
        "The token expires, and the channel will stop with it. Make a system user's token with the"
        " expiration Never and save it here.",
    ),
    "tokenForeign": Words(
        "Токен належить іншому застосунку (App ID {words}). Створіть токен для застосунку з"
        " налаштувань каналу або впишіть App ID та секрет того застосунку.",
        "The token belongs to another app (App ID {words}). Make a token for the app of the"
        " channel's settings, or enter that app's ID and secret.",
    ),
    "permissionMissing": Words(
        "Токену бракує дозволів: {words}. Створіть новий токен, позначивши їх, і перевірте, що"
        " системному користувачеві додано акаунт WhatsApp (Assign assets).",
        "The token lacks permissions: {words}. Make a new token with them ticked, and see that the"
        " system user has the WhatsApp account among its assets (Assign assets).",
    ),
    "numberRefused": Words(
        "Meta відмовляє щодо цього номера: {words}. Перевірте ID номера та акаунта й чи додано"
        " акаунт системному користувачеві (Assign assets).",
        "Meta refuses this number: {words}. Check the IDs of the number and of the account, and"
        " that the system user has the account among its assets (Assign assets).",
    ),
    "numberRestricted": Words(
        "Номер не може надсилати, як має: {words} Подробиці у WhatsApp Manager → Phone numbers.",
        "The number can't send as it should: {words} See WhatsApp Manager → Phone numbers.",
    ),
    "webhookForeign": Words(
        "Повідомлення цього номера йдуть на іншу адресу, ніж наша: його, мабуть, під'єднали до"
        " іншої програми. Від'єднайте його там і збережіть канал знову.",
        "This number's messages go to another address than ours: it was probably connected to"
        " another program. Disconnect it there and save the channel again.",
    ),
    "notSubscribed": Words(
        "Вебхук не підключено: застосунок не підписано на акаунт WhatsApp або на поле messages."
        " Збережіть канал знову; якщо не допоможе, App Dashboard → WhatsApp → Configuration →"
        " Webhook fields → messages → Subscribe.",
        "The webhook is not connected: the app is not subscribed to the WhatsApp account or to the"
        " field messages. Save the channel again; if that does not help, App Dashboard → WhatsApp"
        " → Configuration → Webhook fields → messages → Subscribe.",
    ),
}
NOTES = (
    Words(
        "Через 24 години після останнього повідомлення клієнта WhatsApp приймає лише схвалені"
        " шаблони. Шаблоном можна й написати першим.",
        "24 hours after the customer's last message WhatsApp takes approved templates only. With"
        " one, you may also write first.",
    ),
    Words(
        "Показуються шаблони з текстом: ті, що потребують файлу, коду, купона чи змінного"
        " посилання в кнопці, надсилайте з WhatsApp Manager.",
        "Templates of text are offered: send those that need a file, a code, a coupon or a button"
        " with a changing link from the WhatsApp Manager.",
    ),
    Words(
        "Клієнт з іменем користувача може не мати видимого номера телефону: його впізнають за"
        " ідентифікатором, який Meta дає для вашої компанії.",
        "A customer with a user name may have no visible phone number: they are known by the id"
        " that Meta gives for your company.",
    ),
    Words(
        "Зображення JPEG і PNG, відео MP4 і 3GP та звук AAC, AMR, MP3, M4A і OGG клієнт бачить у"
        " чаті, усе інше — як документ. Підпис до звуку робить його документом.",
        "Customers see JPEG and PNG pictures, MP4 and 3GP videos and AAC, AMR, MP3, M4A and OGG"
        " sounds in the chat, everything else as a document. A text beside a sound makes it one.",
    ),
    Words(
        "Одному клієнтові можна надсилати близько повідомлення за 6 секунд; коротку чергу"
        " повідомлень Meta приймає одразу, а тоді просить зачекати, і OpDesk чекає.",
        "One customer can be sent about a message every 6 seconds; Meta takes a short burst at"
        " once and then asks to wait, which OpDesk does.",
    ),
)
