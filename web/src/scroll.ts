// Boxes for what may be wider than the page: where they scroll, they can be reached and scrolled by keyboard.

import { element } from "./element";

const labels = new WeakMap<Element, string>();

/** Only boxes that do scroll are stops of the tab key. */
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const box = target as HTMLElement;
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `${labels.get(box) ?? ""}, scrolls sideways`);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) {
        box.removeAttribute(name);
      }
    }
  }
});

/** Watches a box that the page has. */
export function watchScroll(box: HTMLElement, label: string): void {
  labels.set(box, label);
  sizes.observe(box);
}

/** A box for something wide. */
export function scrollBox(label: string, ...children: (Node | string)[]): HTMLElement {
  const box = element("div", { class: "scroll" }, ...children);
  watchScroll(box, label);
  return box;
}
