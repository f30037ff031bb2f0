// A formula as the page shows it: set as mathematics, in a box that scrolls, with buttons that copy it.

import { copyButtons } from "./copy";
import { element } from "./element";
import { math, mathElement } from "./mathml";
import type { Formula } from "./protocol";
import { scrollBox } from "./scroll";

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
