// What is asked for: by which variables, of which order, in which convention.

import { byId, element } from "./element";
import type { Derived } from "./protocol";
import { CONVENTIONS, type Convention, type Store } from "./state";
import { symbol } from "./symbol";

const CONVENTION_TEXTS: Record<Convention, string> = {
  subspace: "within the structured matrices",
  vech: "by the independent entries (vech)",
  unconstrained: "as if unstructured",
};
const ORDER_TEXTS = ["first", "second", "third"];

/** The variables that are chosen after one of them was clicked. */
export function chosen(before: readonly string[], name: string, order: number): string[] {
  if (before.includes(name)) {
    const rest = before.filter((other) => other !== name);
    return rest.length > 0 ? rest : [name];
  }
  const all = [...before, name];
  return order === 1 || all.length === order ? all : all.length > order ? all.slice(-order) : [name];
}

/** The choices; each stays the same element while answers change. */
export class Asked {
  private readonly names = byId("wrt");
  private buttons = new Map<string, HTMLInputElement>();
  private shown: string[] = [];

  constructor(private readonly store: Store) {
    byId("order").replaceChildren(
      ...ORDER_TEXTS.map((text, at) => this.radio("order", String(at + 1), text, () => store.change({ order: at + 1 }))),
    );
    byId("convention").replaceChildren(
      ...CONVENTIONS.map((convention) =>
        this.radio("convention", convention, CONVENTION_TEXTS[convention], () => store.change({ convention })),
      ),
    );
  }

  private radio(name: string, value: string, text: string, change: () => void): HTMLElement {
    const input = element("input", { type: "radio", name, value, change });
    return element("label", { class: "choice" }, input, element("span", {}, text));
  }

  show(derived: Derived): void {
    const { order, convention } = this.store.state;
    this.shown = [...new Set(derived.answers.flatMap((answer) => answer.by))];
    const wanted = derived.variables.map((variable) => variable.name);
    if (wanted.join() !== [...this.buttons.keys()].join()) {
      this.buttons = new Map();
      const labels = wanted.map((name) => {
        const change = () => this.store.change({ wrt: chosen(this.shown, name, this.store.state.order) });
        const input = element("input", { type: "checkbox", "aria-label": name, change });
        this.buttons.set(name, input);
        return element("label", { class: "choice" }, input, element("span", {}, symbol(name)));
      });
      this.names.replaceChildren(...labels);
    }
    for (const [name, input] of this.buttons) {
      input.checked = this.shown.includes(name);
    }
    for (const [group, value] of [
      ["order", String(order)],
      ["convention", convention],
    ] as const) {
      for (const input of byId(group).querySelectorAll("input")) {
        input.checked = input.value === value;
      }
    }
    const isStructured = derived.answers.some((answer) => answer.structured);
    byId("convention-part").hidden = !isStructured && convention === "subspace";
    byId("wrt-part").hidden = byId("order-part").hidden = wanted.length === 0;
  }
}
