// What the value and each derivative take, by each way to compute them.

import { element } from "./element";
import type { Cost, Costs } from "./protocol";
import { body, type Context, known, type Section, SizeFields, showReply } from "./section";
import { type Store, withEntry } from "./state";
import { scrollBox } from "./scroll";

const LARGEST = 1_000_000;
const ORDERS = ["value", "first derivative", "second derivative", "third derivative"];

/** `4.02e6` as people write it. */
function count(value: number, unit = ""): string {
  for (const [factor, prefix] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (value >= factor) {
      return `${Number((value / factor).toPrecision(3))} ${prefix}${unit}`;
    }
  }
  return `${Math.round(value)} ${unit}`.trim();
}

function row(name: string, cost: Cost, isBest: boolean, rank = ""): HTMLElement {
  return element(
    "tr",
    { class: isBest ? "best" : "" },
    element("th", { scope: "row" }, name, ...(isBest ? [element("span", { class: "badge" }, "best")] : [])),
    element("td", { class: "number" }, rank),
    element("td", { class: "number" }, count(cost.operations)),
    element("td", {}, element("code", {}, cost.order)),
    element("td", { class: "number" }, count(cost.memory_bytes, "B")),
  );
}

function table(costs: Costs): HTMLElement {
  const heads = ["way", "passes", "operations", "in order", "memory"].map((name) => element("th", { scope: "col" }, name));
  const bodies = costs.derivatives.map((derivative) => {
    const title = `${ORDERS[derivative.order] ?? `derivative of order ${derivative.order}`}, ${count(derivative.entries)} entries`;
    return element(
      "tbody",
      {},
      element("tr", { class: "group" }, element("th", { colspan: 5, scope: "rowgroup" }, title)),
      ...derivative.ways.map((way) => row(way.mode, way.cost, way.mode === derivative.best, count(way.passes))),
      element("tr", { class: "reason" }, element("td", { colspan: 5 }, derivative.reason)),
    );
  });
  return element(
    "table",
    { class: "costs" },
    element("caption", { class: "unseen" }, `Costs by ${costs.wrt}`),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, row("value", costs.value, false)),
    ...bodies,
  );
}

/** The section. */
export function costSection(store: Store): Section {
  const sizes = new SizeFields("Sizes of the costs", LARGEST, (name, size) => {
    store.change({ costSizes: withEntry(store.state.costSizes, name, size) });
  });
  const output = element("div");
  return {
    id: "cost",
    fits: ({ derived }: Context) => derived.answers.length > 0,
    async refresh({ state, derived, engine, question }: Context) {
      const reply = await engine.ask({ ask: "cost", ...question, dims: known(state.costSizes, derived) });
      showReply(output, reply, ({ costs }) => {
        sizes.show(costs[0]?.sizes ?? {});
        return costs.flatMap((each) => [
          ...(costs.length > 1 ? [element("p", { class: "by" }, `by ${each.wrt}`)] : []),
          scrollBox(`costs by ${each.wrt}`, table(each)),
        ]);
      });
      if (reply && output.parentElement !== body("cost")) {
        body("cost").replaceChildren(sizes.root, output);
      }
    },
  };
}
