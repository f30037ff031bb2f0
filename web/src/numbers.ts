// The value and the derivatives as numbers, at a point that can be changed.

import { copyButtons } from "./copy";
import { element } from "./element";
import type { Derived, Evaluated, Numbers } from "./protocol";
import { body, type Context, known, mistakeList, type Section, SizeFields, showReply } from "./section";
import { type Store, withEntry } from "./state";
import { symbol } from "./symbol";
import { scrollBox } from "./scroll";

/** Larger ones take long to evaluate, and nobody reads them. */
const LARGEST = 12;

function rank(value: Numbers): number {
  return Array.isArray(value) ? 1 + rank(value[0] ?? 0) : 0;
}

/** Six digits say enough, except where somebody copies them. */
function short(value: Numbers): string {
  if (typeof value === "string") {
    return value.replace(/\d+\.\d{5,}(?:e[+-]?\d+)?/g, (digits) => short(Number(digits))).replace(/([+-])/g, " $1 ").trim();
  }
  return typeof value === "number" ? String(Number(value.toPrecision(6))).replace("-", "−") : "";
}

/** A vector as one column. */
function rowsOf(value: Numbers): Numbers[][] {
  const rows = Array.isArray(value) ? value : [value];
  return rows.map((row) => (Array.isArray(row) ? row : [row]));
}

/** A number, a matrix in brackets, or nested lists of more axes. */
function shown(value: Numbers, label: string): HTMLElement {
  if (rank(value) > 2) {
    const lines = JSON.stringify(value, (_key, entry) => (typeof entry === "number" ? Number(entry.toPrecision(6)) : entry));
    return scrollBox(label, element("pre", {}, lines.replaceAll("],[", "],\n [")));
  }
  if (rank(value) === 0) {
    return element("span", { class: "figure" }, short(value));
  }
  const rows = rowsOf(value).map((row) =>
    element("tr", {}, ...row.map((entry) => element("td", {}, short(entry)))),
  );
  return scrollBox(label, element("table", { class: "matrix", "aria-label": label }, element("tbody", {}, ...rows)));
}

/** The text of a field as a number, or as it is where it is none: the engine says what is wrong. */
function read(text: string): Numbers {
  const number = Number(text.replace("−", "-"));
  return text.trim() !== "" && !Number.isNaN(number) ? number : text;
}

/** A copy of nested lists with one entry changed. */
function withNumber(value: Numbers, place: number[], entry: Numbers): Numbers {
  const [at, ...rest] = place;
  if (at === undefined || !Array.isArray(value)) {
    return entry;
  }
  return value.map((inner, index) => (index === at ? withNumber(inner, rest, entry) : inner));
}

/** Fields for the entries of the variables. */
class Inputs {
  readonly root = element("div", { class: "inputs" });
  private key = "";
  private values = new Map<string, Numbers>();

  constructor(private readonly store: Store) {}

  show(values: Record<string, Numbers>): void {
    this.values = new Map(Object.entries(values));
    const key = JSON.stringify(values, (_key, entry) => (typeof entry === "object" ? entry : 0));
    // The fields stay while only their numbers change, so that no focus is lost.
    if (key !== this.key) {
      this.key = key;
      this.root.replaceChildren(...[...this.values].map(([name, value]) => this.field(name, value)));
      return;
    }
    for (const field of this.root.querySelectorAll<HTMLInputElement>("[data-name]")) {
      const place: number[] = JSON.parse(field.dataset.place ?? "[]");
      const found = place.reduce<Numbers>(
        (value, at) => (Array.isArray(value) ? (value[at] ?? 0) : value),
        this.values.get(field.dataset.name ?? "") ?? 0,
      );
      if (field !== document.activeElement) {
        field.value = typeof found === "object" ? JSON.stringify(found) : String(found);
      }
    }
  }

  private entry(name: string, place: number[], value: Numbers, label: string): HTMLInputElement {
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    const field = element("input", {
      "aria-label": label,
      "data-name": name,
      "data-place": JSON.stringify(place),
      spellcheck: "false",
      autocomplete: "off",
      value: text,
      size: Math.min(40, Math.max(4, text.length)),
      change: () => {
        let entry = read(field.value);
        if (typeof value === "object") {
          try {
            entry = JSON.parse(field.value);
          } catch {
            // The engine says that this is no array.
          }
        }
        const whole = withNumber(this.values.get(name) ?? 0, place, entry);
        this.store.change({ values: withEntry(this.store.state.values, name, whole) });
      },
    });
    return field;
  }

  private field(name: string, value: Numbers): HTMLElement {
    let fields: HTMLElement;
    if (rank(value) === 0 || rank(value) > 2) {
      fields = this.entry(name, [], value, `Value of ${name}`);
    } else {
      const isColumn = rank(value) === 1;
      const rows = rowsOf(value).map((row, i) => {
        const cells = row.map((entry, j) => {
          const label = isColumn ? `${name}, entry ${i + 1}` : `${name}, row ${i + 1}, column ${j + 1}`;
          return element("td", {}, this.entry(name, isColumn ? [i] : [i, j], entry, label));
        });
        return element("tr", {}, ...cells);
      });
      fields = scrollBox(
        `values of ${name}`,
        element("table", { class: "matrix", role: "presentation" }, element("tbody", {}, ...rows)),
      );
    }
    return element("div", { class: "input-group" }, element("span", { class: "input-name" }, symbol(name), " = "), fields);
  }
}

function result(label: string, value: Numbers): HTMLElement {
  return element(
    "div",
    { class: "row" },
    element("div", { class: "row-label" }, element("h3", {}, label), copyButtons(label, [["JSON", JSON.stringify(value)]])),
    shown(value, label),
  );
}

function results({ value, derivatives, notes }: Evaluated): (Node | string)[] {
  const isAlone = derivatives.length === 1;
  return [
    result("value", value),
    ...derivatives.map(({ name, by, array }) => result(isAlone ? name : `${name} by ${by[0]}`, array)),
    ...notes.map((note) => element("p", { class: "quiet" }, note)),
  ];
}

/** The section. */
export function numbersSection(store: Store): Section {
  const sizes = new SizeFields("Sizes", LARGEST, (name, size) => {
    store.change({ sizes: withEntry(store.state.sizes, name, size), values: new Map() });
  });
  const inputs = new Inputs(store);
  const output = element("div", { class: "outputs" });
  const again = element("button", { type: "button", class: "plain", click: () => store.change({ values: new Map() }) }, "example values");
  const fitting = (values: ReadonlyMap<string, Numbers>, derived: Derived) =>
    Object.fromEntries([...values].filter(([name]) => derived.variables.some((variable) => variable.name === name)));
  return {
    id: "numbers",
    async refresh({ state, derived, engine, question }: Context) {
      const host = body("numbers");
      const asked = { ...question, dims: known(state.sizes, derived) };
      const example = await engine.ask({ ask: "example", ...asked });
      if (!example) {
        return;
      }
      if (!example.ok) {
        host.replaceChildren(mistakeList(example.errors));
        return;
      }
      const values = { ...example.inputs, ...fitting(state.values, derived) };
      sizes.show(example.dims);
      inputs.show(values);
      again.hidden = state.values.size === 0;
      if (output.parentElement !== host) {
        host.replaceChildren(element("div", { class: "size-row" }, sizes.root, again), inputs.root, output);
      }
      // The sizes follow from the values.
      showReply(output, await engine.ask({ ask: "numbers", ...question, inputs: values }), results);
    },
  };
}
