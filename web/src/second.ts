// The Hessian, or second derivative, on demand.

import { derivativeRows } from "./answer";
import { byId, element } from "./element";
import { body, type Context, type Section, showReply } from "./section";

/** The section. */
export function secondSection(): Section {
  return {
    id: "second",
    fits({ state, derived }: Context) {
      byId("second-title").textContent = derived.shape.length === 0 ? "Hessian" : "Second derivative";
      return state.order === 1 && derived.answers.length > 0;
    },
    async refresh({ derived, engine, question }: Context) {
      const parts: HTMLElement[] = [];
      for (const { by } of derived.answers) {
        const host = element("div", {});
        const reply = await engine.ask({ ask: "derive", ...question, wrt: by, order: 2 }, "second");
        if (!reply) {
          return;
        }
        showReply(host, reply, derivativeRows);
        parts.push(...(derived.answers.length > 1 ? [element("p", { class: "by" }, `by ${by[0]} twice`)] : []), host);
      }
      body("second").replaceChildren(...parts);
    },
  };
}
