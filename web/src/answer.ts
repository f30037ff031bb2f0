// The answer: the function, its differential, the explicit form, and what is folded away.

import { element, prose } from "./element";
import { differentialOf, formulaBox, type Left, named } from "./formula";
import type { Answer, Derived, Form, Formula } from "./protocol";
import { symbol } from "./symbol";

const EXPLAINED: Record<string, string> = {
  "Kronecker form": "the matrix M with vec(df) = M·vec(dX), where vec stacks columns",
  operator: "the linear map from a change of the variable to the change of f",
  adjoint: "the map back, from a cotangent to a gradient: what reverse mode computes",
  einsum: "the array of all entries",
};

function shapeText(shape: string[]): string {
  return shape.join(" × ");
}

function left(form: Form, name: string, order: number): Left | undefined {
  if (form.name === "differential") {
    return differentialOf(name, order);
  }
  return form.name === "Kronecker form" ? named("M") : undefined;
}

/** A formula with what it is, and the buttons that copy it. */
function row(what: string, about: (Node | string)[], formula: Formula, left?: Left): HTMLElement {
  const { box, copy } = formulaBox(what, formula, left);
  const label = element("div", { class: "row-label" }, element("h3", {}, what), ...about, copy);
  return element("div", { class: "row" }, label, box);
}

function formRow(form: Form, name: string, order: number): HTMLElement {
  const isShaped = form.shape.length > 0 && form.name !== "operator" && form.name !== "differential";
  const explained = EXPLAINED[form.name];
  const about = [
    ...(isShaped ? [element("span", { class: "shape" }, shapeText(form.shape))] : []),
    ...(explained ? [element("span", { class: "explained" }, explained)] : []),
  ];
  return row(form.name, about, form.formula, left(form, name, order));
}

/** Whether the further forms are shown, and who wants to know when that changes. */
export interface Folded {
  isOpen: boolean;
  toggled(isOpen: boolean): void;
}

/** The rows of one derivative. */
function one(answer: Answer, name: string, isAlone: boolean, folded: Folded): HTMLElement {
  const order = answer.by.length;
  const rows = (forms: Form[]) => forms.map((form) => formRow(form, name, order));
  const [first, rest] = [answer.forms.filter((form) => !form.more), answer.forms.filter((form) => form.more)];
  const group = element("div", { class: "derivative", role: "group", "aria-label": `by ${answer.by.join(", ")}` });
  if (!isAlone) {
    group.append(element("p", { class: "by" }, "by ", symbol(answer.by[0] ?? "")));
  }
  const views = first.filter((form) => form.name !== "differential");
  const isExplicit = views.some((form) => !["operator", "Kronecker form", "index form"].includes(form.name));
  const differential = first.filter((form) => form.name === "differential");
  group.append(...rows(differential));
  group.append(element("div", { class: isExplicit ? "explicit" : "views" }, ...rows(views)));
  if (rest.length > 0) {
    const names = [...new Set(rest.map((form) => form.name))].join(", ");
    const summary = element("summary", {}, "other forms: ", names);
    const details = element("details", { class: "more", open: folded.isOpen }, summary);
    const fill = () => details.append(...(details.children.length === 1 ? rows(rest) : []));
    details.addEventListener("toggle", () => {
      if (details.open) {
        fill();
      }
      folded.toggled(details.open);
    });
    if (folded.isOpen) {
      fill();
    }
    group.append(details);
  }
  return group;
}

/** The answer in words, for those who listen. */
export function spoken(derived: Derived): string {
  const parts = derived.answers.map((answer) => {
    const form = answer.forms.find((form) => !form.more && form.name !== "differential") ?? answer.forms[0];
    const shape = form && form.shape.length > 0 ? ` of shape ${form.shape.join(" by ")}` : "";
    return form ? `${form.name} by ${answer.by[0]}${shape}: ${form.formula.text}` : "";
  });
  return parts.join("; ") || `a constant: ${derived.function.text}`;
}

/** What was assumed and said. */
function remarks(derived: Derived): HTMLElement | string {
  const items = [
    ...derived.assumptions.map((text) => element("li", {}, element("span", {}, "assuming "), element("code", {}, text))),
    ...derived.notes.map((text) => element("li", {}, ...prose(text))),
  ];
  return items.length > 0 ? element("ul", { class: "notes", "aria-label": "Assumptions and conventions" }, ...items) : "";
}

/** The function and its derivatives. */
export function answerRows(derived: Derived, folded: Folded): (HTMLElement | string)[] {
  const { answers } = derived;
  const shape = derived.shape.length > 0 ? [element("span", { class: "shape" }, shapeText(derived.shape))] : [];
  const described = row("function", shape, derived.function, named(derived.name));
  return [
    described,
    ...answers.map((answer) => one(answer, derived.name, answers.length === 1, folded)),
    answers.length === 0 ? element("p", { class: "quiet" }, "There is no variable to differentiate by.") : "",
    remarks(derived),
  ];
}

/** Only the derivatives, as of a second order beside the first. */
export function derivativeRows(derived: Derived): HTMLElement[] {
  return derived.answers.map((answer) => one(answer, derived.name, true, { isOpen: false, toggled: () => {} }));
}
