import type { Message } from "../loader/desk";
import { h } from "../loader/dom";
import type { Core, Window } from "../loader/widget";
import { arrange, Bubbles } from "./bubbles";
import { Composer } from "./composer";
import { type Answers, askForm, offlineForm, type Wish } from "./forms";
import { openingOf } from "./text";
import { WORDS, type Words } from "./words";

const NEAR_PX = 80;
const TABBABLE = "button,a[href],input:not([type=file]),textarea,video,audio,[tabindex='0']";
type View = "chat" | "ask" | "offline";

/** The window of the chat: a form or the conversation, and everything that keeps it usable. */
export class ChatWindow implements Window {
  readonly element: HTMLElement;
  private readonly words: Words;
  private readonly bubbles: Bubbles;
  private readonly composer: Composer;
  private readonly list = h("ol");
  private readonly log: HTMLElement;
  private readonly older: HTMLButtonElement;
  private readonly notice = h("p", { class: "notice", hidden: true });
  private readonly status = h("div", { class: "status", role: "status" });
  private readonly hear = h("div", { class: "hear", role: "log", "aria-live": "polite" });
  private readonly body = h("div");
  private view: View | null = null;
  private heardUpTo = 0;
  private isTold = false;

  private readonly core: Core;

  constructor(core: Core, closer: (label: string, click: () => void) => HTMLElement) {
    this.core = core;

    const { chat, language, config } = core;
    this.words = WORDS[language];
    this.bubbles = new Bubbles(chat, this.words, language, config.maxFileBytes);
    const limits = { chars: config.maxTextChars, bytes: config.maxFileBytes, language };
    this.composer = new Composer(chat, this.words, limits, (text) => this.tell(text));
    this.older = h(
      "button",
      { type: "button", class: "older", hidden: true, click: () => void this.goBack() },
      this.words.older,
    );
    this.log = h(
      "div",
      { class: "log", tabindex: 0, role: "region", "aria-label": this.words.messages },
      this.older,
      this.list,
    );
    this.body.style.display = "contents";
    this.element = h(
      "section",
      {
        class: "window",
        role: "dialog",
        "aria-modal": "true",
        "aria-labelledby": "title",
        hidden: true,
        keydown: (event: KeyboardEvent) => this.pressed(event),
        dragover: (event: DragEvent) => event.preventDefault(),
        drop: (event: DragEvent) => this.dropped(event),
      },
      h(
        "header",
        {},
        h("h2", { id: "title" }, config[language].title),
        closer(this.words.close, core.close),
      ),
      this.notice,
      this.body,
      this.hear,
    );
    chat.onChange(() => this.draw());
    this.heardUpTo = chat.timeline.items.at(-1)?.id ?? 0;
    this.draw();
  }

  focus(): void {
    this.draw();
    this.scrollDown();
    if (this.view === "chat") this.composer.focus();
    else this.body.querySelector<HTMLElement>("input,textarea")?.focus();
  }

  private draw(): void {
    const view = this.wanted();
    if (view !== this.view) {
      this.view = view;
      this.body.replaceChildren(...this.parts(view));
    }
    this.drawNotice();
    if (view === "chat") this.drawChat();
  }

  /** A form comes before the first message only; whoever has written goes on writing. */
  private wanted(): View {
    const { chat, config } = this.core;
    const isBegun = chat.timeline.items.length > 0 || chat.outgoing.pending.length > 0;
    if (isBegun || !chat.isReady) return "chat";
    if (!config.isOpen && config.hasOfflineForm) return "offline";
    const asks = config.askName !== "no" || config.askPhone !== "no";
    return asks && !chat.memory.get("asked") && !chat.memory.get("user") ? "ask" : "chat";
  }

  private parts(view: View): Node[] {
    const { config } = this.core;
    if (view === "ask") {
      const wishes = { name: config.askName as Wish, phone: config.askPhone as Wish };
      return [askForm(wishes, this.words, (answers) => this.answered(answers))];
    }
    if (view === "offline") {
      return [offlineForm(this.away(), this.words, (answers) => this.answered(answers))];
    }
    return [this.log, this.status, this.composer.element];
  }

  private answered({ question, ...details }: Answers): void {
    const { chat } = this.core;
    chat.memory.set("asked", "1");
    chat.details = { ...chat.details, ...details };
    if (question) {
      chat.outgoing.add(question, { isQuestion: true });
      this.tell(this.words.thanks);
    }
    this.draw();
    this.composer.focus();
  }

  private drawNotice(): void {
    const { chat, config } = this.core;
    const away = config.isOpen || this.view === "offline" ? "" : this.away();
    const text = chat.isOffline ? this.words.offline : away;
    if (this.notice.textContent !== text) this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  private away(): string {
    const { config, language } = this.core;
    if (!config.opensAt) return this.words.away;
    return this.words.awayUntil(openingOf(config.opensAt, language));
  }

  private drawChat(): void {
    const { chat, config, language } = this.core;
    const isDown = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_PX;
    arrange(this.list, this.bubbles.rows(config[language].greeting));
    this.older.hidden = !chat.timeline.hasMore;
    if (!this.isTold) this.status.textContent = chat.isTyping ? this.words.typing : "";
    this.announce(chat.timeline.items);
    if (isDown) this.scrollDown();
  }

  /** What came is said to those who do not see it, once. */
  private announce(items: readonly Message[]): void {
    const newest = items.at(-1)?.id ?? 0;
    const fresh = items.filter((one) => one.id > this.heardUpTo && !one.isOwn);
    if (this.heardUpTo && !this.element.hidden) {
      for (const one of fresh) {
        const by = one.by ?? this.words.organization;
        this.hear.append(
          h("p", {}, this.words.newMessage(by, one.text || (one.media?.name ?? ""))),
        );
      }
      while (this.hear.childElementCount > 5) this.hear.firstElementChild?.remove();
    }
    this.heardUpTo = Math.max(this.heardUpTo, newest);
  }

  private tell(text: string): void {
    this.isTold = true;
    this.status.textContent = text;
    setTimeout(() => {
      this.isTold = false;
      this.draw();
    }, 6000);
  }

  private scrollDown(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }

  private async goBack(): Promise<void> {
    const fromEnd = this.log.scrollHeight - this.log.scrollTop;
    // It stays to be pressed again when the desk does not answer.
    await this.core.chat.loadOlder().catch(() => this.tell(this.words.offline));
    this.log.scrollTop = this.log.scrollHeight - fromEnd;
    if (this.older.hidden) this.log.focus();
  }

  private dropped(event: DragEvent): void {
    event.preventDefault();
    if (this.view === "chat") this.composer.attach(event.dataTransfer?.files);
  }

  private pressed(event: KeyboardEvent): void {
    // The page's own shortcuts are not for what is typed here.
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      if (!this.composer.closePicker()) this.core.close();
    } else if (event.key === "Tab") this.keepFocus(event);
  }

  private keepFocus(event: KeyboardEvent): void {
    const all = [...this.element.querySelectorAll<HTMLElement>(TABBABLE)].filter(
      (one) => one.offsetParent !== null,
    );
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (this.core.shadow.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0])?.focus();
  }
}
