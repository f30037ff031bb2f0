// "Check my formula": somebody's own derivative against the true one.

import { element } from "./element";
import type { Claimed, Judgment, Numbers } from "./protocol";
import { body, type Context, known, mistakeList, type Section, showReply } from "./section";
import { type Store } from "./state";
import { scrollBox } from "./scroll";

function compared(judgment: Judgment, view: string): HTMLElement {
  const entry = (name: string, text: unknown) => [
    element("dt", {}, name),
    element("dd", {}, scrollBox(name, element("code", {}, String(text)))),
  ];
  return element("dl", { class: "compared" }, ...entry("yours", judgment.claim), ...entry(view, judgment[view]));
}

function counterexample(found: NonNullable<Judgment["counterexample"]>, view: string): HTMLElement {
  const values = Object.entries(found.values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const line = (name: string, value: unknown) => element("li", {}, `${name}: `, element("code", {}, JSON.stringify(value as Numbers)));
  return element(
    "div",
    { class: "counterexample" },
    element("p", {}, "For instance at ", element("code", {}, values.join(", "))),
    element("ul", {}, line("yours", found.claim), line(view, found[view])),
  );
}

function shown({ judgment, mistakes, view }: Claimed): (Node | string)[] {
  if (!judgment) {
    return [mistakeList(mistakes?.errors ?? [])];
  }
  const isEqual = judgment.verdict === "equal";
  const noValue = judgment["no value at"];
  return [
    element(
      "p",
      { class: isEqual ? "verdict good" : "verdict bad" },
      element("span", { class: "sign", "aria-hidden": "true" }, isEqual ? "✓" : "✗"),
      `${isEqual ? "right" : "not right"}: ${judgment.detail}`,
    ),
    ...(Array.isArray(noValue) ? [element("p", { class: "quiet" }, `No value at: ${noValue.join(", ")}.`)] : []),
    compared(judgment, view ?? "gradient"),
    ...(judgment.counterexample ? [counterexample(judgment.counterexample, view ?? "gradient")] : []),
  ];
}

/** The section. */
export function claimSection(store: Store): Section {
  const field = element("input", {
    id: "claim-field",
    class: "wide code",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    input: () => store.change({ claim: field.value }, "typing"),
  });
  const label = element("label", { for: "claim-field" });
  const output = element("div", { class: "judgment", role: "status" });
  return {
    id: "claim",
    fits: ({ derived }: Context) => derived.answers.length === 1,
    async refresh({ state, derived, engine, question }: Context) {
      const form = derived.answers[0]?.forms.find((form) => !form.more && form.name !== "differential");
      const name = form && !["operator", "Kronecker form", "index form"].includes(form.name) ? form.name : "differential";
      label.textContent = `My formula for the ${name}`;
      if (field !== document.activeElement) {
        field.value = state.claim;
      }
      if (output.parentElement !== body("claim")) {
        body("claim").replaceChildren(label, field, output);
      }
      if (state.claim.trim() === "") {
        engine.drop("claim");
        output.replaceChildren();
        return;
      }
      const dims = known(state.sizes, derived);
      showReply(output, await engine.ask({ ask: "claim", ...question, dims, claim: state.claim }), shown);
    },
  };
}
