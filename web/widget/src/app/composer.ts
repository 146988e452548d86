import type { Chat } from "../loader/chat";
import { h, icon } from "../loader/dom";
import type { Language } from "../loader/words";
import { sizeOf } from "./text";
import type { Words } from "./words";

const EMOJI =
  "😀 😂 🙂 😉 😊 😍 😘 🤔 😢 😭 😡 😱 🙏 👍 👎 👏 👋 🤝 💪 ✌️ ❤️ 💙 💛 🔥 🎉 🎁 🌷 ☀️ ⭐ ✅ ❌ ❗";
const TYPING_MS = 3000;
const COLUMNS = 8;

/** Where the visitor writes: a text, emoji, files. */
export class Composer {
  readonly element: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly picker: HTMLElement;
  private readonly emoji: HTMLButtonElement;
  private typedAt = 0;

  private readonly chat: Chat;
  private readonly words: Words;
  private readonly limits: { chars: number; bytes: number; language: Language };
  private readonly tell: (text: string) => void;

  constructor(
    chat: Chat,
    words: Words,
    limits: { chars: number; bytes: number; language: Language },
    tell: (text: string) => void,
  ) {
    this.chat = chat;
    this.words = words;
    this.limits = limits;
    this.tell = tell;

    this.input = h("textarea", {
      rows: 1,
      "aria-label": words.write,
      placeholder: words.hint,
      keydown: (event: KeyboardEvent) => this.pressed(event),
      input: () => this.typed(),
      paste: (event: ClipboardEvent) => this.pasted(event),
    });
    const file = h("input", {
      type: "file",
      multiple: true,
      hidden: true,
      change: () => {
        this.attach(file.files);
        file.value = "";
      },
    });
    const paths = ["M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z", "M8 14a5 5 0 0 0 8 0M9 9v.5M15 9v.5"];
    this.emoji = this.button(words.emoji, () => this.show(this.picker.hidden === true), ...paths);
    this.emoji.setAttribute("aria-expanded", "false");
    this.picker = h(
      "div",
      {
        class: "emoji",
        role: "group",
        "aria-label": words.emoji,
        hidden: true,
        keydown: (event: KeyboardEvent) => this.moved(event),
      },
      ...EMOJI.split(" ").map((one) =>
        h("button", { type: "button", "aria-label": one, click: () => this.insert(one) }, one),
      ),
    );
    const clip =
      "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.500 8.500a1.500 1.500 0 0 1-2-2L15 8";
    const send = h(
      "button",
      { type: "submit", class: "icon send", "aria-label": words.send, title: words.send },
      icon("M4 12l16-8-5 16-3-7z"),
    );
    const form = h(
      "form",
      { class: "composer", submit: (event: Event) => this.submit(event) },
      this.button(words.attach, () => file.click(), clip),
      this.emoji,
      this.input,
      send,
      file,
    );
    this.element = h("div", {}, this.picker, form);
  }

  focus(): void {
    this.input.focus();
  }

  /** Files from the field, the clipboard or a drop; what is too large is told and left. */
  attach(files: Iterable<File> | FileList | null | undefined): void {
    for (const file of files ?? []) {
      if (file.size > this.limits.bytes) {
        const { bytes, language } = this.limits;
        this.tell(this.words.tooLarge(sizeOf(bytes, language)));
      } else if (file.size) this.chat.outgoing.add("", { file });
    }
  }

  /** Whether the picker was open: Esc closes that first. */
  closePicker(): boolean {
    if (this.picker.hidden) return false;
    this.show(false);
    this.emoji.focus();
    return true;
  }

  private button(label: string, click: () => void, ...paths: string[]): HTMLButtonElement {
    const given = { type: "button", class: "icon", "aria-label": label, title: label, click };
    return h("button", given, icon(...paths));
  }

  private show(isShown: boolean): void {
    this.picker.hidden = !isShown;
    this.emoji.setAttribute("aria-expanded", String(isShown));
    if (isShown) this.picker.querySelector("button")?.focus();
  }

  private insert(one: string): void {
    this.input.setRangeText(one, this.input.selectionStart, this.input.selectionEnd, "end");
    this.show(false);
    this.input.focus();
    this.typed();
  }

  private moved(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    };
    const step = steps[event.key];
    const all = [...this.picker.children] as HTMLElement[];
    const at = all.indexOf(event.target as HTMLElement);
    if (!step || at < 0) return;
    event.preventDefault();
    all[(at + step + all.length) % all.length]?.focus();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this.submit(event);
  }

  private submit(event: Event): void {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    if ([...text].length > this.limits.chars) {
      this.tell(this.words.tooLong(this.limits.chars));
      return;
    }
    this.input.value = "";
    this.typedAt = 0;
    this.chat.outgoing.add(text);
    this.focus();
  }

  private typed(): void {
    if (!this.chat.desk.token || !this.input.value || Date.now() - this.typedAt < TYPING_MS) return;
    this.typedAt = Date.now();
    // Only a sign: when it is lost, the next one comes in three seconds.
    this.chat.desk.call("POST", "/typing").catch(() => undefined);
  }

  private pasted(event: ClipboardEvent): void {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    this.attach(files);
  }
}
