// The gallery: examples set as mathematics, each one click away.

import { byId, element } from "./element";
import type { Engine } from "./engine";
import { type Example, GALLERY } from "./examples";
import { typeset } from "./formula";
import { EMPTY, problem, readDeclaration, type State, toFragment } from "./state";

/** The state that shows an example. */
export function stateOf({ formula, wrt, order, input, declared }: Example): State {
  const kinds = Object.entries(declared ?? {}).map(([name, text]) => [name, readDeclaration(text)] as const);
  return {
    ...EMPTY,
    formula,
    input: input ?? "text",
    wrt: wrt.split(","),
    order: order ?? 1,
    declared: new Map(kinds.flatMap(([name, kind]) => (kind ? [[name, kind]] : []))),
  };
}

function card(example: Example): { root: HTMLElement; set(formula: Element): void } {
  const by = (example.order ?? 1) > 1 ? `twice by ${example.wrt}` : `by ${example.wrt.split(",").join(", ")}`;
  const formula = element("span", { class: "card-formula" }, element("code", {}, example.formula));
  const root = element(
    "a",
    { class: "card", href: toFragment(stateOf(example)) },
    element("span", { class: "card-title" }, example.title, element("span", { class: "card-by" }, by)),
    formula,
  );
  return { root, set: (shown) => formula.replaceChildren(shown) };
}

/** Opens the gallery with a button; its formulas are set when it is first seen. */
export function gallery(engine: Engine, choose: (state: State) => void): void {
  const dialog = byId<HTMLDialogElement>("gallery");
  let isFilled = false;

  async function fill(): Promise<void> {
    const cards: [Example, ReturnType<typeof card>][] = [];
    const sections = GALLERY.map(({ title, about, examples }) => {
      const made = examples.map((example) => {
        const shown = card(example);
        cards.push([example, shown]);
        shown.root.addEventListener("click", (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) {
            return;
          }
          event.preventDefault();
          dialog.close();
          choose(stateOf(example));
        });
        return element("li", {}, shown.root);
      });
      return element(
        "section",
        {},
        element("h3", {}, title),
        element("p", { class: "quiet" }, about),
        element("ul", { class: "cards" }, ...made),
      );
    });
    byId("gallery-body").replaceChildren(...sections);
    for (const [example, shown] of cards) {
      const reply = await engine.ask({ ask: "derive", ...problem(stateOf(example)) }, "gallery");
      if (reply?.ok) {
        shown.set(typeset(reply.function));
      }
    }
  }

  byId("gallery-button").addEventListener("click", () => {
    dialog.showModal();
    if (!isFilled) {
      isFilled = true;
      void fill();
    }
  });
  byId("gallery-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    // A click beside the sheet is one on the dialog itself.
    if (event.target === dialog) {
      dialog.close();
    }
  });
}
