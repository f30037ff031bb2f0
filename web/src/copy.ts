// Buttons that copy a formula, and the voice of the page, which says that they did.

import { byId, element } from "./element";

/** Says something to those who listen to the page. */
export function announce(text: string): void {
  byId("status").textContent = text;
}

async function put(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the permission, as in a frame, the old way still works after a click.
    const area = element("textarea", { class: "unseen", readonly: true, "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    if (!isCopied) {
      throw new Error("the browser does not allow it");
    }
  }
}

/** A row of buttons; each notation has its name and its text. */
export function copyButtons(what: string, notations: [name: string, text: string][]): HTMLElement {
  const row = element("div", { class: "copy", role: "group", "aria-label": `Copy the ${what}` });
  row.append(element("span", { class: "copy-word", "aria-hidden": "true" }, "copy"));
  for (const [name, text] of notations) {
    const button = element("button", { type: "button", "aria-label": `Copy the ${what} as ${name}` }, name);
    let timer = 0;
    button.addEventListener("click", async () => {
      const previous = document.activeElement as HTMLElement | null;
      try {
        await put(text);
        announce(`Copied the ${what} as ${name}.`);
        button.dataset.done = "copied";
      } catch (error) {
        announce(`Not copied: ${error instanceof Error ? error.message : error}.`);
        button.dataset.done = "not copied";
      }
      previous?.focus();
      clearTimeout(timer);
      timer = setTimeout(() => delete button.dataset.done, 1600);
    });
    row.append(button);
  }
  return row;
}
