// A formula as the page shows it: set as mathematics, in a box that scrolls, with buttons that copy it.

import { copyButtons } from "./copy";
import { element } from "./element";
import { math, mathElement } from "./mathml";
import type { Formula } from "./protocol";

/** What stands before a formula, as `df =`. */
export interface Left {
  text: string;
  latex: string;
  /** The children of a row of MathML. */
  nodes(): Element[];
}

/** The left side `df`, or `d2f` of a second differential. */
export function differentialOf(name: string, order: number): Left {
  const power = order > 1 ? String(order) : "";
  return {
    text: `d${power}${name} = `,
    latex: `\\mathrm{d}${power ? `^{${power}}` : ""}${name.length > 1 ? `\\mathrm{${name}}` : name} = `,
    nodes: () => {
      const d = mathElement("mi", "d");
      d.setAttribute("mathvariant", "normal");
      const sign = power ? mathElement("msup", d, mathElement("mn", power)) : d;
      return [sign, mathElement("mi", name), mathElement("mo", "=")];
    },
  };
}

/** The left side of a plain name, as in `M =`. */
export function named(name: string): Left {
  return {
    text: `${name} = `,
    latex: `${name} = `,
    nodes: () => [mathElement("mi", name), mathElement("mo", "=")],
  };
}

/** A box for something wide; it can be reached and scrolled by keyboard where it scrolls. */
export function scrollBox(label: string, ...children: (Node | string)[]): HTMLElement {
  const box = element("div", { class: "scroll" }, ...children);
  sizes.observe(box);
  box.dataset.label = label;
  return box;
}

/** Only boxes that do scroll are stops of the tab key and regions. */
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const box = target as HTMLElement;
    if (box.scrollWidth > box.clientWidth + 1) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", `${box.dataset.label}, scrolls sideways`);
    } else {
      box.removeAttribute("tabindex");
      box.removeAttribute("role");
      box.removeAttribute("aria-label");
    }
  }
});

/** The formula as mathematics, or as text where it is too long to be set. */
export function typeset(formula: Formula, left?: Left): Element {
  const found = math(formula.mathml);
  if (!found) {
    return element("code", { class: "untypeset" }, (left?.text ?? "") + formula.text);
  }
  if (left) {
    const row = mathElement("mrow", ...left.nodes());
    found.prepend(...row.childNodes);
  }
  return found;
}

/** The formula in its box with its buttons. */
export function formulaRow(what: string, formula: Formula, left?: Left): HTMLElement {
  const shown = typeset(formula, left);
  return element(
    "div",
    { class: "formula" },
    scrollBox(what, shown),
    copyButtons(what, [
      ["text", (left?.text ?? "") + formula.text],
      ["LaTeX", (left?.latex ?? "") + formula.latex],
      // What is copied stands on its own, with its namespace.
      ["MathML", shown.localName === "math" ? new XMLSerializer().serializeToString(shown) : formula.mathml],
    ]),
  );
}
