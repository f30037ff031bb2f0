// The parts of the page that are asked for only when they are open.

import { byId, element, prose } from "./element";
import type { Engine } from "./engine";
import type { Derived, Failed, Mistake, Problem } from "./protocol";
import type { State, Store } from "./state";

/** What a section knows of the page. */
export interface Context {
  store: Store;
  state: State;
  /** What was asked. */
  question: Problem;
  derived: Derived;
  engine: Engine;
}

/** A part of the page below the answer. */
export interface Section {
  id: string;
  /** Whether it has something to say of this answer. */
  fits?(context: Context): boolean;
  /** Asks, and shows the reply. */
  refresh(context: Context): Promise<void>;
}

/** Where a section shows what it has. */
export function body(id: string): HTMLElement {
  return byId(`${id}-body`);
}

/** The mistakes of a question as text. */
export function mistakeList(mistakes: Mistake[]): HTMLElement {
  const items = mistakes.map(({ message, help, code }) =>
    element(
      "li",
      {},
      element("span", { class: "message" }, ...prose(message)),
      ...(help ? [element("span", { class: "help" }, ...prose(help))] : []),
      ...(code ? [element("span", { class: "code" }, code)] : []),
    ),
  );
  return element("ul", { class: "mistakes" }, ...items);
}

/** Shows the reply, or why there is none; nothing if a newer question was asked. */
export function showReply<R extends { ok: true }>(
  host: HTMLElement,
  reply: R | Failed | undefined,
  shown: (reply: R) => (Node | string)[],
): void {
  if (reply) {
    host.replaceChildren(...(reply.ok ? shown(reply) : [mistakeList(reply.errors)]));
  }
}

/** The names of the sizes of a problem, in order of appearance. */
export function sizeNames(derived: Derived): string[] {
  const dims = derived.variables.flatMap((variable) => variable.shape);
  return [...new Set(dims.flatMap((dim) => dim.match(/[\p{L}_][\p{L}\p{M}\p{N}_]*/gu) ?? []))].filter(
    (name) => name !== "min",
  );
}

/** Those of the sizes that the problem has. */
export function known(sizes: ReadonlyMap<string, number>, derived: Derived): Record<string, number> {
  const names = sizeNames(derived);
  return Object.fromEntries([...sizes].filter(([name]) => names.includes(name)));
}

/** Fields for sizes, which keep the focus while what depends on them changes. */
export class SizeFields {
  private fields = new Map<string, HTMLInputElement>();
  readonly root = element("div", { class: "size-fields", role: "group" });

  constructor(
    label: string,
    private readonly largest: number,
    private readonly changed: (name: string, size: number) => void,
  ) {
    this.root.setAttribute("aria-label", label);
  }

  show(sizes: Record<string, number>): void {
    const names = Object.keys(sizes);
    if (names.join() !== [...this.fields.keys()].join()) {
      this.fields = new Map();
      this.root.replaceChildren(...names.map((name) => this.field(name)));
    }
    for (const [name, size] of Object.entries(sizes)) {
      const field = this.fields.get(name);
      if (field && field !== document.activeElement) {
        field.value = String(size);
      }
    }
  }

  private field(name: string): HTMLElement {
    const field = element("input", {
      type: "number",
      min: 1,
      max: this.largest,
      inputmode: "numeric",
      change: () => {
        const size = Math.round(Number(field.value));
        if (size >= 1) {
          this.changed(name, Math.min(size, this.largest));
        }
      },
    });
    this.fields.set(name, field);
    return element("label", { class: "size-field" }, element("i", {}, name), " = ", field);
  }
}
