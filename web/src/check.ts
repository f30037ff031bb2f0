// The verdict: the answer against differences of the function itself.

import { byId, element } from "./element";
import { plot } from "./plot";
import type { Checked, Failed, Scheme, Verdict } from "./protocol";
import { body, type Context, known, type Section, showReply } from "./section";

function sizesText(sizes: Record<string, number>): string {
  const parts = Object.entries(sizes).map(([name, size]) => `${name} = ${size}`);
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}

function sentence({ check, sizes }: Verdict): string {
  if (check.verdict === "not verified") {
    return `not verified: ${check.reason ?? "the check could not be made"}`;
  }
  const remainder =
    typeof check.remainder === "number"
      ? `, remainder shrinks with power ${check.remainder.toFixed(2)} of the step`
      : check.remainder === "none"
        ? ", no remainder"
        : "";
  const points = `${check.points} ${check.points === 1 ? "point" : "points"}`;
  return `verified numerically: relative error ${check.error ?? "unknown"} at ${points}${sizesText(sizes)}${remainder}`;
}

function verdictLine(verdict: Verdict, isAlone: boolean): HTMLElement {
  const isGood = verdict.check.verdict === "verified";
  return element(
    "p",
    { class: isGood ? "verdict good" : "verdict bad" },
    element("span", { class: "sign", "aria-hidden": "true" }, isGood ? "✓" : "✗"),
    isAlone ? sentence(verdict) : `by ${verdict.by[0]}: ${sentence(verdict)}`,
  );
}

/** The verdict below the answer; the reply is kept for the section. */
export class Verdicts {
  private reply: Promise<Checked | Failed | undefined> = Promise.resolve(undefined);

  /** Asks for the verdict on an answer. */
  async refresh({ state, derived, question, engine }: Context): Promise<void> {
    const host = byId("verdict");
    if (derived.answers.length === 0) {
      this.reply = Promise.resolve(undefined);
      host.replaceChildren();
      host.classList.remove("stale");
      return;
    }
    this.reply = engine.ask({ ask: "check", ...question, dims: known(state.sizes, derived) });
    const reply = await this.reply;
    if (!reply) {
      return;
    }
    host.classList.remove("stale");
    if (reply.ok) {
      host.replaceChildren(...reply.checks.map((each) => verdictLine(each, reply.checks.length === 1)));
    } else {
      const reason = reply.errors[0]?.message ?? "";
      host.replaceChildren(element("p", { class: "verdict bad" }, `not verified: ${reason}`));
    }
  }

  section(): Section {
    return {
      id: "check",
      fits: ({ derived }: Context) => derived.answers.length > 0,
      refresh: async () => {
        showReply(body("check"), await this.reply, ({ checks }) =>
          checks.flatMap((each) => picture(each, checks.length === 1)),
        );
      },
    };
  }
}

/** What the slopes of a kind of differences say. */
function slopes(name: string, { truncation_slope, rounding_slope, best_step, best_error }: Scheme): string {
  const parts: string[] = [];
  if (truncation_slope !== null) {
    parts.push(`long steps err by truncation, with power ${truncation_slope.toFixed(2)} of the step`);
  }
  if (rounding_slope !== null) {
    parts.push(`short ones by rounding, with power ${rounding_slope.toFixed(2).replace("-", "−")}`);
  }
  parts.push(`the best step is ${best_step.toExponential(1)}, with error ${best_error.toExponential(1)}`);
  return `${name} differences: ${parts.join("; ")}.`;
}

function picture(verdict: Verdict, isAlone: boolean): (Node | string)[] {
  const { convergence } = verdict;
  const title = isAlone ? [] : [element("p", { class: "by" }, `by ${verdict.by[0]}`)];
  if (convergence.verdict === "not measured") {
    return [...title, element("p", { class: "quiet" }, `Not measured: ${convergence.reason}.`)];
  }
  return [
    ...title,
    plot(convergence),
    element("p", { class: "quiet" }, slopes("Forward", convergence.forward)),
    element("p", { class: "quiet" }, slopes("Central", convergence.central)),
    ...convergence.notes.map((note) => element("p", { class: "quiet" }, note)),
  ];
}
