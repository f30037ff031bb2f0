// What the reader has chosen, as one value; it is the readable part of the address behind `#`.

import type { Numbers, Problem } from "./protocol";

export const CONVENTIONS = ["subspace", "vech", "unconstrained"] as const;
export type Convention = (typeof CONVENTIONS)[number];

export interface Declaration {
  /** With what stands before it: `complex matrix`. */
  kind: string;
  dims: string[];
}

export interface State {
  readonly formula: string;
  readonly input: "text" | "latex";
  readonly declared: ReadonlyMap<string, Declaration>;
  /** Empty: the usual variable. */
  readonly wrt: readonly string[];
  readonly order: number;
  readonly convention: Convention;
  /** Of the numbers and the check. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly values: ReadonlyMap<string, Numbers>;
  /** Of the costs. */
  readonly costSizes: ReadonlyMap<string, number>;
  readonly claim: string;
  readonly detail: "brief" | "full";
  /** The sections that are open. */
  readonly open: readonly string[];
}

export const EMPTY: State = {
  formula: "",
  input: "text",
  declared: new Map(),
  wrt: [],
  order: 1,
  convention: "subspace",
  sizes: new Map(),
  values: new Map(),
  costSizes: new Map(),
  claim: "",
  detail: "brief",
  open: [],
};

const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u;
const KIND = /^([a-z]+(?: [a-z]+)*)(?:\((.*)\))?$/;
const FIELDS = ["f", "wrt", "order", "input", "convention", "claim", "detail", "show"];

/** `matrix(m, n)` read as a kind with sizes. */
export function readDeclaration(text: string): Declaration | undefined {
  const found = KIND.exec(text.trim());
  const dims = found?.[2]?.split(",").map((dim) => dim.trim());
  return found?.[1] ? { kind: found[1], dims: dims ?? [] } : undefined;
}

/** The declaration as the language writes it. */
export function writeDeclaration({ kind, dims }: Declaration): string {
  return dims.length > 0 ? `${kind}(${dims.join(", ")})` : kind;
}

/** Only what would end the value, or what browsers would change, is escaped. */
function escaped(text: string): string {
  return text.replace(/[%&#\s"<>`]/gu, encodeURIComponent);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function size(text: string): number | undefined {
  const found = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return found > 0 ? found : undefined;
}

/** The state as the part of an address behind `#`, without what is as always. */
export function toFragment(state: State): string {
  const parts: [string, string][] = [["f", state.formula]];
  const add = (name: string, value: string, usual: string) => {
    if (value !== usual) {
      parts.push([name, value]);
    }
  };
  add("wrt", state.wrt.join(","), "");
  add("order", String(state.order), "1");
  add("input", state.input, "text");
  add("convention", state.convention, "subspace");
  for (const [name, declaration] of state.declared) {
    const key = FIELDS.includes(name) ? `var.${name}` : name;
    parts.push([key, writeDeclaration(declaration).replaceAll(", ", ",")]);
  }
  for (const [name, value] of state.sizes) {
    parts.push([FIELDS.includes(name) ? `size.${name}` : name, String(value)]);
  }
  for (const [name, value] of state.values) {
    parts.push([`value.${name}`, JSON.stringify(value)]);
  }
  for (const [name, value] of state.costSizes) {
    parts.push([`cost.${name}`, String(value)]);
  }
  add("claim", state.claim, "");
  add("detail", state.detail, "brief");
  add("show", state.open.join(","), "");
  return `#${parts.map(([name, value]) => `${name}=${escaped(value)}`).join("&")}`;
}

function isNumbers(value: unknown): value is Numbers {
  return typeof value === "number" || typeof value === "string" || (Array.isArray(value) && value.every(isNumbers));
}

function readValue(text: string): Numbers | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isNumbers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a fragment, whoever wrote it: what makes no sense is left out. Without a formula it is none. */
export function fromFragment(fragment: string): State | undefined {
  const fields = new Map<string, string>();
  const declared = new Map<string, Declaration>();
  const [sizes, costSizes] = [new Map<string, number>(), new Map<string, number>()];
  const values = new Map<string, Numbers>();
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    const key = at < 0 ? part : unescaped(part.slice(0, at));
    const text = at < 0 ? "" : unescaped(part.slice(at + 1));
    if (FIELDS.includes(key)) {
      fields.set(key, text);
      continue;
    }
    const [space, name] = key.includes(".") ? (key.split(".", 2) as [string, string]) : ["", key];
    if (!NAME.test(name)) {
      continue;
    }
    const [count, value, declaration] = [size(text), readValue(text), readDeclaration(text)];
    if (space === "value" && value !== undefined) {
      values.set(name, value);
    } else if (space === "cost" && count) {
      costSizes.set(name, count);
    } else if ((space === "" || space === "size") && count) {
      sizes.set(name, count);
    } else if ((space === "" || space === "var") && declaration) {
      declared.set(name, declaration);
    }
  }
  const formula = fields.get("f");
  if (formula === undefined) {
    return undefined;
  }
  const list = (name: string) => (fields.get(name) ?? "").split(",").filter((entry) => entry !== "");
  return settled({
    formula,
    input: fields.get("input") === "latex" ? "latex" : "text",
    declared,
    wrt: list("wrt").filter((name) => NAME.test(name)),
    order: { "1": 1, "2": 2, "3": 3 }[fields.get("order") ?? ""] ?? 1,
    convention: CONVENTIONS.find((known) => known === fields.get("convention")) ?? "subspace",
    sizes,
    values,
    costSizes,
    claim: fields.get("claim") ?? "",
    detail: fields.get("detail") === "full" ? "full" : "brief",
    open: list("show"),
  });
}

/** The state with a list of variables that fits the order: of higher orders one, or one for each slot. */
export function settled(state: State): State {
  const fits = state.order === 1 || state.wrt.length <= 1 || state.wrt.length === state.order;
  return fits ? state : { ...state, wrt: state.wrt.slice(-1) };
}

/** Whether a formula has the name somewhere. */
function occurs(name: string, { formula, input }: State): boolean {
  if (input === "latex") {
    return formula.includes(name.split("_")[0] ?? name);
  }
  const names = formula.match(/[\p{L}_][\p{L}\p{M}\p{N}_]*/gu);
  return names?.includes(name) ?? false;
}

/** What every question to the engine says of the problem. */
export function problem(state: State): Problem {
  const declared = [...state.declared].filter(([name]) => occurs(name, state));
  return {
    expr: state.formula,
    input: state.input,
    vars: Object.fromEntries(declared),
    wrt: [...state.wrt],
    order: state.order,
    convention: state.convention,
  };
}

/** How a change stands in the history: its own entry, the entry of a formula that is being typed, or none. */
export type Act = "deliberate" | "typing" | "silent";

/** The one state of the page; whoever changes it, all that watch it are told. */
export class Store {
  private watchers: ((state: State, before: State, act: Act) => void)[] = [];

  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  watch(watcher: (state: State, before: State, act: Act) => void): void {
    this.watchers.push(watcher);
  }

  change(changes: Partial<State>, act: Act = "deliberate"): void {
    const before = this.current;
    this.current = settled({ ...before, ...changes });
    for (const watcher of this.watchers) {
      watcher(this.current, before, act);
    }
  }
}

/** A copy of a map with one entry set, or taken out. */
export function withEntry<V>(map: ReadonlyMap<string, V>, name: string, value: V | undefined): Map<string, V> {
  const changed = new Map(map);
  if (value === undefined) {
    changed.delete(name);
  } else {
    changed.set(name, value);
  }
  return changed;
}
