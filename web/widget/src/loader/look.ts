const LEAST_CONTRAST = 4.5;

/** The relative luminance of `#rrggbb` (WCAG 2.2). */
export function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** White or nearly black, whichever is read better on a colour. */
export function textOn(color: string): string {
  return contrast(color, "#ffffff") >= LEAST_CONTRAST ? "#ffffff" : "#10201a";
}

export function colorIn(given: string): string {
  return /^#[0-9a-f]{6}$/i.test(given) ? given : "#1f7a4d";
}

/** Everything that both parts of the widget share: colours, and that the page's style stays out. */
export function baseCss(color: string, position: string): string {
  const side = position === "left" ? "left" : "right";
  const light = `--bg:#fff;--ink:#17211c;--soft:#56635c;--line:#d9dfdb;--theirs:#eef2ef;--bad:#b3261e`;
  const dark = `--bg:#161c19;--ink:#eef3f0;--soft:#a9b6af;--line:#36413b;--theirs:#252e29;--bad:#ff9a8f`;
  return `
:host{all:initial;--accent:${color};--on-accent:${textOn(color)};${light};color-scheme:light;
 position:fixed;z-index:2147483000;bottom:0;${side}:0}
:host([data-theme=dark]){${dark};color-scheme:dark}
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${dark};color-scheme:dark}}
*{box-sizing:border-box;margin:0;font:inherit;color:inherit}
[hidden]{display:none!important}
:host,.root{font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink)}
button{border:0;background:none;cursor:pointer;padding:0}
:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;
 stroke-linejoin:round;display:block}
.launcher{position:fixed;bottom:max(20px,env(safe-area-inset-bottom));${side}:20px;width:60px;
 height:60px;border-radius:30px;background:var(--accent);color:var(--on-accent);display:grid;
 place-items:center;box-shadow:0 4px 18px rgb(0 0 0/.28)}
.launcher svg{width:28px;height:28px}
.badge{position:absolute;top:-4px;${side === "left" ? "left" : "right"}:-4px;min-width:24px;
 height:24px;padding:0 6px;border-radius:12px;background:#b3261e;color:#fff;
 font-size:14px;font-weight:700;line-height:24px;text-align:center}
@media print{:host{display:none!important}}`;
}
