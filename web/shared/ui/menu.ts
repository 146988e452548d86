/** Classes that every menu and select shares, so that they look like one family. */
export const MENU =
  "z-50 min-w-52 max-w-[min(24rem,calc(100vw-1.5rem))] overflow-hidden rounded-2xl border border-line bg-raised p-1.5 shadow-pop";
export const MENU_ITEM =
  "flex min-h-11 w-full cursor-pointer items-center gap-2.5 rounded-xl px-2.5 py-2 text-[0.9375rem] outline-none select-none md:min-h-10 data-[highlighted]:bg-hover data-[disabled]:opacity-50";
export const MENU_LABEL = "px-2.5 pt-2 pb-1.5 text-[0.8125rem] font-medium text-ink-faint";
export const MENU_LINE = "mx-2.5 my-1.5 h-px bg-line";
