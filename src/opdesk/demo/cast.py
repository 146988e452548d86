"""Who writes to the demo's company, and with what words it begins."""

from opdesk.channels.model import Source
from opdesk.simulators.base import Person
from opdesk.simulators.telegram import Customer

TARAS = Customer(500_100_001, "Тарас", "Бондар", "taras_b")
OLHA = Customer(500_100_002, "Ольга", "Лисенко")
JOHN = Customer(500_100_003, "John", "Carter", "jcarter")
TARAS_PHONE, OLHA_PHONE = "380501234567", "380671112233"
TELEGRAM_TEXTS: tuple[tuple[Customer, str], ...] = (
    (JOHN, "Hi! Do you ship to Poland?"),
    (OLHA, "Добрий вечір! Чи можна поміняти розмір куртки?"),
    (OLHA, "Замовлення 20418, приїхала M, а потрібна S"),
    (TARAS, "Добрий день! Коли прийде моє замовлення?"),
    (TARAS, "Номер 20421, чекаю вже третій день"),
)
Beginning = tuple[tuple[Person, tuple[str, ...]], ...]
BEGINNINGS: dict[Source, Beginning] = {
    Source.VIBER: (
        (
            Person("380931110203", "Галина Остапчук", "+380931110203"),
            ("Дякую, посилку отримала", "А чи буде ще знижка на зимові чоботи?"),
        ),
        (
            Person("380661110204", "Роман Ткач", "+380661110204"),
            ("Передзвоніть мені, будь ласка, після 18:00",),
        ),
    ),
    Source.VIBER_BOT: (
        (
            Person("dmitro+Shevchuk/0A==", "Дмитро Шевчук"),
            ("Доброго дня! Є ця куртка синя?", "Розмір L"),
        ),
        (Person("iryna+Moroz/0B==", "Ірина Мороз"), ("Підкажіть, до котрої сьогодні працюєте?",)),
    ),
    Source.WHATSAPP: (
        (
            Person("UA.1029849446889401", "Софія Кравець", "+380671230405"),
            ("Вітаю! Оплатила замовлення 20433", "Чек потрібен чи ви вже бачите оплату?"),
        ),
        (
            Person("UA.1029849446889402", "Андрій Поліщук", "+380501230406"),
            ("Чи можна забрати з магазину завтра вранці?",),
        ),
    ),
    Source.WIDGET: (
        (Person("maksym", "Максим Гриценко"), ("Не можу оформити замовлення, кошик порожній",)),
        (
            Person("nadiia", "Надія Романюк", "+380971230407"),
            ("Доброго дня!", "Чи підійде цей рюкзак школяреві?"),
        ),
    ),
    Source.ROZETKA: (
        (
            Person("38856538", "Оксана Мельник", "+380631230408"),
            ("Доброго дня, коли відправите замовлення?",),
        ),
        (
            Person("36386171", "Петро Гнатюк", "+380731230409"),
            ("У коробці немає зарядного пристрою", "Що робити?"),
        ),
    ),
    Source.FACEBOOK: (
        (
            Person("24266381753005180", "Олена Савчук"),
            ("Добрий вечір! Бачила у вас червону сукню", "Вона ще є?"),
        ),
        (Person("7623554920995436", "Віктор Панченко"), ("Які умови повернення?",)),
    ),
    Source.INSTAGRAM: (
        (
            Person("1784140000000101", "Катерина Білик"),
            ("Скільки коштують кросівки з допису?",),
        ),
        (
            Person("1784140000000102", "Юлія Дяченко"),
            ("Привіт! Доставка у Чернівці є?", "І скільки днів?"),
        ),
    ),
}
"""Telegram's customers tell their phones between two texts, so they have words of their own."""
CUSTOMERS = {one.id: one for one in (TARAS, OLHA, JOHN)}
PHONES = {TARAS.id: f"+{TARAS_PHONE}", OLHA.id: f"+{OLHA_PHONE}"}
