// A formula as the page shows it: set as mathematics, in a box that scrolls, with buttons that copy it.

import { copyButtons } from "./copy";
import { element } from "./element";
import { fitFences, math, mathElement } from "./mathml";
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

/** The text with the left side, behind the definitions that the formula begins with. */
function prefixed(text: string, separator: string, left: string): string {
  const at = text.lastIndexOf(separator);
  const start = at < 0 ? 0 : at + separator.length;
  return text.slice(0, start) + left + text.slice(start);
}

/** The same of a formula that is set: definitions end with a wide space. */
function prepend(found: Element, left: Left): void {
  const [only] = found.children;
  const row = found.children.length === 1 && only?.localName === "mrow" ? only : found;
  const space = [...row.children].findLast((child) => child.localName === "mspace");
  row.insertBefore(mathElement("mrow", ...left.nodes()), space ? space.nextSibling : row.firstChild);
}

/** The formula as mathematics, or as text where it is too long to be set. */
export function typeset(formula: Formula): Element {
  const found = math(formula.mathml);
  if (found) {
    fitFences(found);
  }
  return found ?? element("code", { class: "untypeset" }, formula.text);
}

/** The formula in its box, and the buttons that copy it as it is shown. */
export function formulaBox(what: string, formula: Formula, left?: Left): { box: HTMLElement; copy: HTMLElement } {
  const text = left ? prefixed(formula.text, "; ", left.text) : formula.text;
  const latex = left ? prefixed(formula.latex, ",\\quad ", left.latex) : formula.latex;
  const found = math(formula.mathml);
  if (found && left) {
    prepend(found, left);
  }
  // What is copied stands on its own, with its namespace.
  const mathml = found ? new XMLSerializer().serializeToString(found) : formula.mathml;
  if (found) {
    fitFences(found);
  }
  return {
    box: scrollBox(what, found ?? element("code", { class: "untypeset" }, text)),
    copy: copyButtons(what, [
      ["text", text],
      ["LaTeX", latex],
      ["MathML", mathml],
    ]),
  };
}
