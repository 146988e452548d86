import type { Chat } from "../loader/chat";
import type { Message } from "../loader/desk";
import { h } from "../loader/dom";
import type { Pending } from "../loader/outgoing";
import type { Language } from "../loader/words";
import { dayOf, linked, sizeOf, timeOf } from "./text";
import type { Words } from "./words";

const PHOTO = 1;
const VIDEO = 2;
const AUDIO = 3;

/** What the list shows: a node is made again when its `look` is another. */
export interface Row {
  key: string;
  look: string;
  make: () => HTMLElement;
}

export class Bubbles {
  private readonly chat: Chat;
  private readonly words: Words;
  private readonly language: Language;
  private readonly maxFileBytes: number;

  constructor(chat: Chat, words: Words, language: Language, maxFileBytes: number) {
    this.chat = chat;
    this.words = words;
    this.language = language;
    this.maxFileBytes = maxFileBytes;
  }

  /** Everything of the chat in order, with the days between. */
  rows(greeting: string): Row[] {
    const rows: Row[] = [];
    if (!this.chat.timeline.hasMore && greeting) {
      const make = (): HTMLElement => h("li", {}, h("div", { class: "bubble" }, greeting));
      rows.push({ key: "greeting", look: greeting, make });
    }
    let day = "";
    for (const one of this.chat.timeline.items) {
      const its = dayOf(one.createdAt, this.language, this.words.today);
      if (its !== day) rows.push(this.day((day = its)));
      rows.push(this.message(one));
    }
    for (const one of this.chat.outgoing.pending) rows.push(this.pending(one));
    return rows;
  }

  private day(text: string): Row {
    const make = (): HTMLElement => h("li", { class: "day" }, text);
    return { key: `day ${text}`, look: text, make };
  }

  private message(one: Message): Row {
    const isRead = one.isOwn && one.id <= this.chat.readUpTo;
    return {
      key: one.clientId ?? String(one.id),
      look: JSON.stringify([one, isRead]),
      make: () => {
        const by = one.isOwn ? this.words.you : (one.by ?? this.words.organization);
        const state = one.isOwn ? (isRead ? this.words.read : this.words.delivered) : "";
        const edited = one.isEdited ? this.words.edited : "";
        const meta = [timeOf(one.createdAt, this.language), edited, state].filter(Boolean);
        return h(
          "li",
          { class: one.isOwn ? "own" : "" },
          h("div", { class: one.isOwn ? "hear" : "by" }, by),
          one.media && h("div", { class: "bubble" }, this.media(one)),
          one.text && h("div", { class: "bubble" }, ...linked(one.text, this.words.newTab)),
          h("div", { class: "meta" }, meta.join(" · ")),
        );
      },
    };
  }

  private media({ media }: Message): Node {
    if (!media?.uri) return document.createTextNode(this.words.loading);
    const { uri, name, type, size } = media;
    const told = `${name} · ${sizeOf(size, this.language)}`;
    const rel = "noopener noreferrer";
    if (type === VIDEO) return h("video", { src: uri, controls: true, preload: "metadata" });
    if (type === AUDIO) return h("audio", { src: uri, controls: true, preload: "none" });
    const link = h("a", { href: uri, target: "_blank", rel, title: this.words.newTab });
    if (type === PHOTO) link.append(h("img", { src: uri, alt: `${this.words.picture}: ${name}` }));
    else link.append(told);
    return link;
  }

  private pending(one: Pending): Row {
    const isFailed = one.failed !== undefined;
    return {
      key: one.key,
      look: JSON.stringify([one.failed, one.progress]),
      make: () => {
        const shown = one.progress ?? 0;
        return h(
          "li",
          { class: "own" },
          one.file && h("div", { class: "bubble" }, one.file.name),
          one.file && !isFailed && h("progress", { value: shown, "aria-label": one.file.name }),
          one.text && h("div", { class: "bubble" }, ...linked(one.text, this.words.newTab)),
          h("div", { class: isFailed ? "meta bad" : "meta" }, ...this.fate(one)),
        );
      },
    };
  }

  private fate(one: Pending): (Node | string)[] {
    if (one.failed === undefined) return [this.words.sending];
    const { outgoing } = this.chat;
    const why =
      one.failed === 413 ? this.words.tooLarge(sizeOf(this.maxFileBytes, this.language)) : "";
    const again = (): void => outgoing.retry(one.key);
    const remove = (): void => outgoing.drop(one.key);
    return [
      `${this.words.failed} ${why} `,
      h("button", { type: "button", click: again }, this.words.again),
      h("button", { type: "button", click: remove }, this.words.remove),
    ];
  }
}

/** Make a list's children these rows, touching only those that changed. */
export function arrange(list: HTMLElement, rows: readonly Row[]): void {
  const known = new Map([...list.children].map((one) => [one.getAttribute("data-key"), one]));
  let at: Element | null = list.firstElementChild;
  for (const { key, look, make } of rows) {
    let node = known.get(key);
    known.delete(key);
    if (!node || node.getAttribute("data-look") !== look) {
      const fresh = make();
      fresh.setAttribute("data-key", key);
      fresh.setAttribute("data-look", look);
      if (node) {
        if (node === at) at = fresh;
        node.replaceWith(fresh);
      }
      node = fresh;
    }
    if (node === at) at = at.nextElementSibling;
    else list.insertBefore(node, at);
  }
  for (const gone of known.values()) gone.remove();
}
