import { call, type EventName, Listeners, type PageApi } from "./api";
import { Chat, type Details, type Person } from "./chat";
import { type Config, DeskCalls } from "./desk";
import { h, icon, sheetOf } from "./dom";
import { baseCss, colorIn } from "./look";
import { Memory } from "./storage";
import { BUTTON_WORDS, type Language, languageOf } from "./words";

declare const __APP__: string;

const FRESH_MS = 60_000;

/** What the part that is loaded later gets from the part that is there. */
export interface Core {
  readonly chat: Chat;
  readonly shadow: ShadowRoot;
  readonly language: Language;
  config: Config;
  close: () => void;
}

export interface Window {
  readonly element: HTMLElement;
  focus: () => void;
}

interface App {
  mount: (core: Core) => Window;
}

/** The button on the page, and everything behind it. */
export class Widget implements PageApi {
  private readonly chat: Chat;
  private readonly listeners = new Listeners();
  private core: Core | null = null;
  private window: Window | null = null;
  private launcher: HTMLButtonElement | null = null;
  private badge: HTMLElement | null = null;
  private readAt = 0;
  private told = -1;
  private wantsOpen = false;

  private readonly script: HTMLScriptElement;
  private readonly address: string;

  constructor(script: HTMLScriptElement, address: string, key: string) {
    this.script = script;
    this.address = address;

    this.chat = new Chat(new DeskCalls(address, key), new Memory(`opdesk:${key.slice(0, 16)}:`));
    this.chat.onChange(() => this.show());
  }

  /** Draw the button. A page that may not show the widget shows nothing. */
  async start(): Promise<void> {
    const config = await this.chat.desk.call<Config>("GET", "");
    this.readAt = Date.now();
    const asked = this.script.dataset.lang;
    const language = languageOf(asked, document.documentElement.lang, navigator.language);
    const host = h("div", { "data-opdesk": true, "data-theme": this.script.dataset.theme });
    const shadow = host.attachShadow({ mode: "closed" });
    shadow.adoptedStyleSheets = [sheetOf(baseCss(colorIn(config.color), config.position))];
    this.badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false", click: () => this.toggle() },
      icon("M4 5h16v11H9l-5 4z"),
      this.badge,
    );
    const root = h("div", { class: "root", lang: language }, this.launcher);
    shadow.append(root);
    document.body.append(host);
    this.core = { chat: this.chat, shadow, language, config, close: () => this.close() };
    this.show();
    void this.chat.run();
    if (this.wantsOpen) this.open();
  }

  open(): void {
    this.wantsOpen = true;
    void this.opened();
  }

  close(): void {
    this.wantsOpen = false;
    if (!this.chat.isOpen || !this.window) return;
    this.window.element.hidden = true;
    this.chat.setOpen(false);
    this.launcher?.focus();
    this.listeners.tell("close", 0);
  }

  async identify(who: Person | Details | null): Promise<boolean> {
    if (!who) {
      this.chat.forget();
      return true;
    }
    const said = { ...pick(who, "name"), ...pick(who, "phone"), ...pick(who, "email") };
    if (!("id" in who)) {
      this.chat.details = said;
      return true;
    }
    const person = { ...said, id: String(who.id), signature: String(who.signature) };
    return this.chat.identify(person);
  }

  on(name: EventName, listener: (value: number) => void): () => void {
    const end = this.listeners.on(name, listener);
    if (name === "unread" && this.told >= 0) call(listener, this.told);
    return end;
  }

  private toggle(): void {
    if (this.chat.isOpen) this.close();
    else this.open();
  }

  private async opened(): Promise<void> {
    const { core } = this;
    if (!core || this.chat.isOpen) return;
    try {
      await this.refresh(core);
      this.window ??= await this.loaded(core);
    } catch {
      this.launcher?.setAttribute("aria-label", BUTTON_WORDS[core.language].failed);
      return;
    }
    if (!this.wantsOpen || this.chat.isOpen) return;
    this.window.element.hidden = false;
    this.chat.setOpen(true);
    this.window.focus();
    this.listeners.tell("open", 0);
  }

  private async loaded(core: Core): Promise<Window> {
    const url = `${this.address}/widget/${__APP__}`;
    const app = (await import(/* @vite-ignore */ url)) as App;
    return this.window ?? app.mount(core);
  }

  /** Working hours go by while a page stands open. */
  private async refresh(core: Core): Promise<void> {
    if (Date.now() - this.readAt < FRESH_MS) return;
    core.config = await this.chat.desk.call<Config>("GET", "").catch(() => core.config);
    this.readAt = Date.now();
  }

  private show(): void {
    const { core, launcher, badge } = this;
    if (!core || !launcher || !badge) return;
    const { unread, isOpen } = this.chat;
    const words = BUTTON_WORDS[core.language];
    const label = isOpen ? words.close : words.open;
    launcher.setAttribute("aria-label", unread ? `${label}, ${words.unread(unread)}` : label);
    launcher.setAttribute("aria-expanded", String(isOpen));
    badge.hidden = !unread || isOpen;
    badge.textContent = unread > 9 ? "9+" : String(unread);
    if (this.chat.isReady && unread !== this.told) {
      this.told = unread;
      this.listeners.tell("unread", unread);
    }
  }
}

function pick<T extends keyof Details>(who: Details, name: T): Details {
  const value = who[name];
  return typeof value === "string" ? { [name]: value } : {};
}
