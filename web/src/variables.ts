// The variables found, each with its kind and sizes, which can be changed.

import { byId, element } from "./element";
import type { Derived, Language, Variable } from "./protocol";
import { type Declaration, readDeclaration, type State, type Store, withEntry } from "./state";
import { symbol } from "./symbol";

const KIND_NAMES: Record<string, string> = {
  posdef: "positive definite",
  skew: "skew-symmetric",
  lower: "lower triangular",
};
/** How many sizes a kind has; `undefined` where any number fits. */
const SIZES: Record<string, number | undefined> = { scalar: 0, matrix: 2, tensor: undefined };
const SIZE_NAMES = [..."nmkpqrstuvw"];

const ORIGINS: Record<string, string> = {
  name: "inferred from its name",
  default: "inferred from its name",
  use: "inferred from its use",
  declared: "declared in the formula",
};

/** One variable on the page; it stays the same element while answers change, so that no focus is lost. */
class Chip {
  readonly root: HTMLLIElement;
  private readonly kind: HTMLSelectElement;
  private readonly entries: HTMLSelectElement;
  private readonly dims: HTMLInputElement;
  private readonly sizes: HTMLElement;
  private readonly origin = element("span", { class: "origin" });
  private readonly undo: HTMLButtonElement;
  private shown: Declaration = { kind: "scalar", dims: [] };

  constructor(
    private readonly name: string,
    language: Language,
    private readonly store: Store,
  ) {
    const option = (value: string) => element("option", { value }, KIND_NAMES[value] ?? value);
    const changed = { change: () => this.declare() };
    this.kind = element("select", { "aria-label": `Kind of ${name}`, ...changed }, ...language.kinds.map(option));
    this.entries = element(
      "select",
      { "aria-label": `Entries of ${name}`, ...changed },
      element("option", { value: "" }, "real"),
      ...language.modifiers.map(option),
    );
    this.dims = element("input", {
      "aria-label": `Sizes of ${name}`,
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "off",
      ...changed,
    });
    this.sizes = element("span", { class: "sizes" }, "(", this.dims, ")");
    this.undo = element(
      "button",
      { type: "button", "aria-label": `infer again: ${name}`, click: () => this.forget() },
      "infer again",
    );
    this.root = element(
      "li",
      { class: "variable" },
      element("span", { class: "variable-name" }, symbol(name)),
      this.entries,
      this.kind,
      this.sizes,
      this.origin,
      this.undo,
    );
  }

  show(variable: Variable, state: State): void {
    const text = variable.declaration.slice(variable.declaration.indexOf(":") + 1);
    this.shown = readDeclaration(text) ?? { kind: "matrix", dims: variable.shape };
    const words = this.shown.kind.split(" ");
    const isHere = state.declared.has(this.name);
    const isFixed = variable.origin === "declared" && !isHere;
    for (const field of [this.kind, this.entries, this.dims]) {
      field.disabled = isFixed;
    }
    this.kind.value = words.at(-1) ?? "matrix";
    this.entries.value = words.length > 1 ? (words[0] ?? "") : "";
    this.sizes.hidden = this.shown.dims.length === 0;
    if (document.activeElement !== this.dims) {
      this.dims.value = this.shown.dims.join(", ");
    }
    this.dims.size = Math.max(2, this.dims.value.length);
    this.root.dataset.origin = isHere ? "here" : variable.origin;
    this.origin.textContent = isHere ? "" : (ORIGINS[variable.origin] ?? variable.origin);
    this.undo.hidden = !isHere;
  }

  private declare(): void {
    const kind = this.kind.value;
    const typed = this.dims.value.split(",").map((dim) => dim.trim());
    const dims = typed.filter((dim) => dim !== "");
    const wanted = kind in SIZES ? (SIZES[kind] ?? Math.max(3, dims.length)) : 1;
    const free = SIZE_NAMES.filter((name) => !dims.includes(name) && name !== this.name);
    while (dims.length < wanted) {
      dims.push(free.shift() ?? "n");
    }
    const words = this.entries.value ? `${this.entries.value} ${kind}` : kind;
    const declaration = { kind: words, dims: dims.slice(0, wanted) };
    this.store.change({ declared: withEntry(this.store.state.declared, this.name, declaration), values: new Map() });
  }

  private forget(): void {
    this.kind.focus();
    this.store.change({ declared: withEntry(this.store.state.declared, this.name, undefined), values: new Map() });
  }
}

/** The list of variables. */
export class Variables {
  private chips = new Map<string, Chip>();
  private readonly list = byId("variables");

  constructor(
    private readonly language: Language,
    private readonly store: Store,
  ) {}

  show(derived: Derived): void {
    const before = this.chips;
    this.chips = new Map();
    for (const variable of derived.variables) {
      const chip = before.get(variable.name) ?? new Chip(variable.name, this.language, this.store);
      chip.show(variable, this.store.state);
      this.chips.set(variable.name, chip);
    }
    const wanted = [...this.chips.values()].map((chip) => chip.root);
    const isSame = wanted.length === this.list.children.length && wanted.every((root, at) => root === this.list.children[at]);
    if (!isSame) {
      this.list.replaceChildren(...wanted);
    }
    byId("variables-part").hidden = wanted.length === 0;
  }
}
