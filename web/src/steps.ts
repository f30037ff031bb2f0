// How the answer follows, line by line, each with its reason.

import { rules } from "virtual:rules";
import { copyButtons } from "./copy";
import { element } from "./element";
import { typeset } from "./formula";
import { mathElement } from "./mathml";
import type { Derivation, Line } from "./protocol";
import { body, type Context, type Section, showReply } from "./section";
import { scrollBox } from "./scroll";

/** Where a rule is explained: rules have a page, differentials of functions stand beside the functions. */
function address(rule: string): string {
  const name = rule.replace(/^differential-of-/, "");
  return name === rule ? `rules.html#${rule}` : `notation.html#function-${name}`;
}

/** The reasons of a line, each with its explanation. */
function reasons({ why, rules: ids }: Line): (Node | string)[] {
  const functions = ids.filter((id) => id.startsWith("differential-of-"));
  return why.split("; ").flatMap((reason, at) => {
    const [name] = reason.split(": ");
    const rule = ids.find((id) => rules[id] === reason || rules[id] === name) ?? functions.shift();
    const shown = rule ? element("a", { href: address(rule) }, reason) : reason;
    return at === 0 ? [shown] : ["; ", shown];
  });
}

function line(line: Line): HTMLElement {
  const shown = typeset(line.right);
  if (shown.localName === "math") {
    const sign = mathElement("mo", line.relation);
    const left = line.left ? typeset(line.left) : undefined;
    shown.prepend(...(left?.localName === "math" ? left.childNodes : []), sign);
  }
  const item = element("li", { class: line.left ? "" : "continued" }, scrollBox("step", shown));
  if (line.why) {
    item.append(element("span", { class: "reason" }, ...reasons(line)));
  }
  return item;
}

function derivation(found: Derivation, isAlone: boolean): HTMLElement {
  const unchecked = found.lines.filter((line) => !["exactly", "numerically"].includes(line.checked));
  const verdict = found.verified
    ? "Every line was checked."
    : `Not every line could be checked: ${unchecked[0]?.checked ?? "see above"}.`;
  return element(
    "div",
    { class: "derivation" },
    ...(isAlone ? [] : [element("p", { class: "by" }, `by ${found.by[0]}`)]),
    element("ol", {}, ...found.lines.map(line)),
    element(
      "div",
      { class: "below" },
      element("span", { class: "quiet" }, verdict),
      copyButtons("derivation", [
        ["text", found.text],
        ["LaTeX", found.latex],
      ]),
    ),
  );
}

/** The section; its switch chooses how much is told. */
export function stepsSection(): Section {
  const lines = element("div", { class: "lines" });
  let choice: HTMLElement | undefined;
  return {
    id: "steps",
    async refresh({ state, engine, store, question }: Context) {
      choice ??= element(
        "div",
        { class: "choices", role: "radiogroup", "aria-label": "Detail of the steps" },
        ...(["brief", "full"] as const).map((detail) => {
          const input = element("input", {
            type: "radio",
            name: "detail",
            value: detail,
            change: () => store.change({ detail }),
          });
          return element("label", { class: "choice" }, input, element("span", {}, detail));
        }),
      );
      for (const input of choice.querySelectorAll("input")) {
        input.checked = input.value === state.detail;
      }
      body("steps").replaceChildren(choice, lines);
      const reply = await engine.ask({ ask: "steps", ...question, detail: state.detail });
      showReply(lines, reply, ({ derivations }) =>
        derivations.map((found) => derivation(found, derivations.length === 1)),
      );
    },
  };
}
