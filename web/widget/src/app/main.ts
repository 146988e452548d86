import { h, icon, sheetOf } from "../loader/dom";
import type { Core, Window } from "../loader/widget";
import { ChatWindow } from "./window";
import { windowCss } from "./css";

/** Draw the window beside the button; it is hidden until it is opened. */
export function mount(core: Core): Window {
  core.shadow.adoptedStyleSheets.push(sheetOf(windowCss(core.config.position)));
  const made = new ChatWindow(core, (label, click) =>
    h(
      "button",
      { type: "button", class: "icon", "aria-label": label, title: label, click },
      icon("M6 6l12 12M18 6L6 18"),
    ),
  );
  core.shadow.querySelector(".root")?.append(made.element);
  return made;
}
