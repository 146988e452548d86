import type { Language } from "../loader/words";

export interface Words {
  close: string;
  messages: string;
  write: string;
  hint: string;
  send: string;
  attach: string;
  emoji: string;
  older: string;
  typing: string;
  offline: string;
  delivered: string;
  read: string;
  sending: string;
  failed: string;
  tooLarge: (size: string) => string;
  tooLong: (count: number) => string;
  again: string;
  remove: string;
  edited: string;
  loading: string;
  picture: string;
  you: string;
  organization: string;
  away: string;
  awayUntil: (time: string) => string;
  formTitle: string;
  offlineTitle: string;
  name: string;
  phone: string;
  email: string;
  question: string;
  optional: string;
  required: string;
  badEmail: string;
  needsContact: string;
  begin: string;
  leave: string;
  thanks: string;
  today: string;
  newMessage: (by: string, text: string) => string;
  newTab: string;
}

export const WORDS: Record<Language, Words> = {
  uk: {
    close: "Закрити чат",
    messages: "Повідомлення",
    write: "Напишіть повідомлення",
    hint: "Ваш текст",
    send: "Надіслати",
    attach: "Додати файл",
    emoji: "Емодзі",
    older: "Показати раніші",
    typing: "Вам пишуть…",
    offline: "Немає зв'язку. Повідомлення надішлються, щойно він з'явиться.",
    delivered: "Доставлено",
    read: "Прочитано",
    sending: "Надсилається",
    failed: "Не надіслано.",
    tooLarge: (size) => `Файл завеликий: можна до ${size}.`,
    tooLong: (count) => `Задовгий текст: можна до ${count} символів.`,
    again: "Повторити",
    remove: "Прибрати",
    edited: "змінено",
    loading: "Файл завантажується…",
    picture: "Зображення",
    you: "Ви",
    organization: "Оператор",
    away: "Зараз ми не працюємо. Напишіть, і ми відповімо в робочий час.",
    awayUntil: (time) => `Зараз ми не працюємо. Відповімо: ${time}.`,
    formTitle: "Як до вас звертатися?",
    offlineTitle: "Залиште запитання, і ми відповімо.",
    name: "Ім'я",
    phone: "Телефон",
    email: "Пошта",
    question: "Запитання",
    optional: "необов'язково",
    required: "Заповніть це поле.",
    badEmail: "Це не схоже на адресу пошти.",
    needsContact: "Залиште телефон або пошту, щоб ми могли відповісти.",
    begin: "Почати розмову",
    leave: "Надіслати запитання",
    thanks: "Дякуємо! Ми відповімо тут і за вашими контактами.",
    today: "Сьогодні",
    newMessage: (by, text) => `${by}: ${text}`,
    newTab: "відкриється в новій вкладці",
  },
  en: {
    close: "Close the chat",
    messages: "Messages",
    write: "Write a message",
    hint: "Your message",
    send: "Send",
    attach: "Attach a file",
    emoji: "Emoji",
    older: "Show earlier ones",
    typing: "Somebody is typing…",
    offline: "No connection. Messages will be sent as soon as it is back.",
    delivered: "Delivered",
    read: "Read",
    sending: "Sending",
    failed: "Not sent.",
    tooLarge: (size) => `The file is too large: at most ${size}.`,
    tooLong: (count) => `The text is too long: at most ${count} characters.`,
    again: "Try again",
    remove: "Remove",
    edited: "edited",
    loading: "The file is on its way…",
    picture: "Picture",
    you: "You",
    organization: "Operator",
    away: "We are away now. Write to us, and we will answer in working hours.",
    awayUntil: (time) => `We are away now. We will answer: ${time}.`,
    formTitle: "How should we call you?",
    offlineTitle: "Leave a question, and we will answer.",
    name: "Name",
    phone: "Phone",
    email: "E-mail",
    question: "Question",
    optional: "optional",
    required: "Fill in this field.",
    badEmail: "This does not look like an e-mail address.",
    needsContact: "Leave a phone or an e-mail, so that we can answer.",
    begin: "Begin",
    leave: "Send the question",
    thanks: "Thank you! We will answer here and by your contacts.",
    today: "Today",
    newMessage: (by, text) => `${by}: ${text}`,
    newTab: "opens in a new tab",
  },
};
