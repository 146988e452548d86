/** Copies a text. Pages on plain http have no clipboard of their own, so there it is selected. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea");
  box.value = text;
  // Inside an open dialog: that lets nothing outside of it be selected.
  (document.activeElement?.closest("[role=dialog]") ?? document.body).append(box);
  box.select();
  const isCopied = document.execCommand("copy");
  box.remove();
  if (!isCopied) throw new Error("the text could not be copied");
}
