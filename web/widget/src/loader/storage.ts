/** The site's own storage; where a browser refuses it, things are kept as long as the page. */
export class Memory {
  private readonly kept = new Map<string, string>();

  private readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get(name: string): string | null {
    try {
      return localStorage.getItem(this.prefix + name);
    } catch {
      return this.kept.get(name) ?? null;
    }
  }

  set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, value);
    } catch {
      if (value === null) this.kept.delete(name);
      else this.kept.set(name, value);
    }
  }

  /** Calls back when another tab of the site has changed `name`. */
  onChange(name: string, changed: (value: string | null) => void): void {
    addEventListener("storage", (event) => {
      if (event.key === this.prefix + name) changed(event.newValue);
    });
  }
}
