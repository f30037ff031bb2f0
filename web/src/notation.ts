// The page on the notation: its examples lead to the answers, and its list of functions is the engine's own.

import "./style.css";
import { byId, element } from "./element";
import { Engine } from "./engine";
import type { LanguageFunction } from "./protocol";
import { type Declaration, EMPTY, readDeclaration, toFragment } from "./state";
import { watchScroll } from "./scroll";
import { themeSwitch } from "./theme";

function addressOf(formula: string, declared: Map<string, Declaration> = new Map()): string {
  return `./${toFragment({ ...EMPTY, formula, declared })}`;
}

function linkExamples(): void {
  for (const example of document.querySelectorAll<HTMLElement>("[data-try]")) {
    const link = element("a", { class: "try", href: addressOf(example.textContent ?? "") });
    example.replaceWith(link);
    link.append(example);
  }
}

/** A call with the arguments of a kind, as in `logdet(X)` for `X: matrix(n, n) -> scalar`; of several kinds that of a matrix. */
function call(
  { name, kinds }: LanguageFunction,
  known: string[],
): { formula: string; declared: Map<string, Declaration> } | undefined {
  const plain = kinds.filter((kind) => kind.includes(" -> ") && !kind.includes("axis"));
  const kind = plain.find((kind) => kind.includes(": matrix(")) ?? plain[0];
  if (!kind) {
    return undefined;
  }
  const declared = new Map<string, Declaration>();
  const names = (kind.split(" -> ")[0] ?? "").split("; ").map((argument) => {
    const [name = "", text = ""] = argument.split(": ");
    const declaration = readDeclaration(text);
    if (declaration && known.includes(declaration.kind)) {
      declared.set(name, declaration);
    }
    return text === "natural" ? "1" : name;
  });
  return { formula: `${name}(${names.join(", ")})`, declared };
}

function entry(found: LanguageFunction, known: string[]): HTMLElement {
  const example = call(found, known);
  const shown = element("code", {}, example?.formula ?? found.name);
  const title = example ? element("a", { class: "try", href: addressOf(example.formula, example.declared) }, shown) : shown;
  const rows: [string, (Node | string)[]][] = [
    ["arguments", found.kinds.flatMap((kind, at) => [...(at > 0 ? [element("br")] : []), element("code", {}, kind)])],
    ["domain", found.domain ? [element("code", {}, found.domain)] : []],
    ["also written", found.aliases.flatMap((alias, at) => [...(at > 0 ? [", "] : []), element("code", {}, alias)])],
    ["source", found.source ? [found.source] : []],
  ];
  const list = rows
    .filter(([, value]) => value.length > 0)
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, ...value)]);
  return element(
    "article",
    { class: "function", id: `function-${found.name}` },
    element("h3", {}, title),
    element("p", {}, found.about),
    element("dl", {}, ...list),
  );
}

themeSwitch(byId<HTMLButtonElement>("theme"));
linkExamples();
for (const box of document.querySelectorAll<HTMLElement>(".scroll")) {
  watchScroll(box, box.dataset.label ?? "table");
}
const reply = await new Engine().ask({ ask: "language" });
const host = byId("functions");
if (reply?.ok) {
  const entries = reply.functions.map((found) => [found, entry(found, reply.kinds)] as const);
  host.replaceChildren(...entries.map(([, shown]) => shown));
  const field = byId<HTMLInputElement>("find");
  const filter = () => {
    const wanted = field.value.trim().toLowerCase();
    let count = 0;
    for (const [found, shown] of entries) {
      const text = [found.name, ...found.aliases, found.about].join(" ").toLowerCase();
      shown.hidden = !text.includes(wanted);
      count += shown.hidden ? 0 : 1;
    }
    byId("found").textContent = `${count} ${count === 1 ? "function" : "functions"}`;
  };
  field.addEventListener("input", filter);
  filter();
  // The functions came after the browser looked for the place in the address.
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
} else {
  host.textContent = reply?.errors[0]?.message ?? "";
}
