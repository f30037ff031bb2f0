// The page: the state is asked about, and the reply is shown.

import "./style.css";
import { answerRows, type Folded, spoken } from "./answer";
import { Asked } from "./asked";
import { Verdicts } from "./check";
import { claimSection } from "./claim";
import { announce } from "./copy";
import { costSection } from "./cost";
import { Editor } from "./editor";
import { byId, element } from "./element";
import { Engine } from "./engine";
import { gallery } from "./gallery";
import { first, follow } from "./history";
import { hasWideFences } from "./mathml";
import { numbersSection } from "./numbers";
import type { Derived, Failed, Language, Mistake, Problem } from "./protocol";
import { body, type Context, mistakeList, type Section } from "./section";
import { secondSection } from "./second";
import { EMPTY, problem, type State, Store } from "./state";
import { stepsSection } from "./steps";
import { themeSwitch } from "./theme";
import { Variables } from "./variables";

/** How long a pause in typing is before mistakes are shown, which half of a formula always has. */
const MISTAKES = 350;
/** How long a pause in typing is before the answer is checked, and told in the sections. */
const SECTIONS = 200;
/** How long a pause is before something is said aloud. */
const PAUSE = 1200;
/** The engine's code for a variable that does not occur. */
const NO_SUCH_VARIABLE = "G0403";

const START: State = { ...EMPTY, formula: "norm2(A*x - b)^2", wrt: ["x"] };

const live = new Engine();
/** A second engine, so that an open section never holds up the answer. */
const aside = new Engine();
const store = new Store(first() ?? START);
const settle = follow(store);
const editor = new Editor(byId("editor"), {
  typed: (formula) => store.change({ formula }, "typing"),
  left: settle,
});
const verdicts = new Verdicts();
const sections: Section[] = [
  stepsSection(),
  secondSection(),
  verdicts.section(),
  numbersSection(store),
  claimSection(store),
  costSection(store),
];

let language: Language | undefined;
let variables: Variables | undefined;
let asked: Asked | undefined;
/** The answer that is shown, and whether it is that of the formula as it stands. */
let shown: { derived: Derived; question: Problem } | undefined;
let isCurrent = false;
let isTyping = false;
let round = 0;
let later = 0;
let speaking = 0;

function speak(text: string, isAlert: boolean): void {
  clearTimeout(speaking);
  byId("alert").textContent = "";
  speaking = setTimeout(() => {
    if (isAlert) {
      byId("alert").textContent = text;
    } else {
      announce(text);
    }
  }, PAUSE);
}

/** Asks with the variables that were chosen; if they are gone, with the usual one. */
async function derive(question: Problem): Promise<{ reply: Derived | Failed; question: Problem } | undefined> {
  const mine = ++round;
  const reply = await live.ask({ ask: "derive", ...question });
  const isGone = reply && !reply.ok && reply.errors[0]?.code === NO_SUCH_VARIABLE && question.wrt.length > 0;
  if (isGone && mine === round) {
    return derive({ ...question, wrt: [] });
  }
  return reply && { reply, question };
}

async function refresh(): Promise<void> {
  const state = store.state;
  isCurrent = false;
  clearTimeout(later);
  aside.drop("steps", "second", "check", "example", "numbers", "claim", "cost");
  for (const id of ["answer", "verdict"]) {
    byId(id).classList.add("stale");
  }
  const answered = await derive(problem(state));
  if (!answered) {
    return;
  }
  const { reply, question } = answered;
  if (reply.ok) {
    shown = { derived: reply, question };
    succeed(reply, state);
    later = setTimeout(showSections, isTyping ? SECTIONS : 0);
  } else {
    later = setTimeout(() => fail(reply.errors), isTyping ? MISTAKES : 0);
  }
}

function fail(errors: Mistake[]): void {
  const isEmpty = store.state.formula.trim() === "";
  editor.mark(isEmpty ? [] : errors);
  byId("mistakes").replaceChildren(isEmpty ? element("p", { class: "quiet" }, "Type a formula, or choose one of the examples.") : mistakeList(errors));
  byId("sections").hidden = true;
  byId("verdict").replaceChildren();
  if (isEmpty) {
    byId("answer").replaceChildren();
  } else {
    speak(errors.map(({ message, help }) => (help ? `${message}; ${help}` : message)).join(". "), true);
  }
}

function succeed(derived: Derived, state: State): void {
  isCurrent = true;
  editor.mark([]);
  editor.name(derived.variables);
  byId("mistakes").replaceChildren();
  const folded: Folded = {
    isOpen: state.open.includes("forms"),
    toggled: (isOpen) => toggle("forms", isOpen),
  };
  const host = byId("answer");
  host.replaceChildren(...answerRows(derived, folded));
  host.classList.remove("stale");
  host.dataset.formula = state.formula;
  const isRead = state.input === "latex";
  byId("read-as").replaceChildren(...(isRead ? ["read as ", element("code", {}, derived.text)] : []));
  variables?.show(derived);
  asked?.show(derived);
  speak(spoken(derived), false);
}

/** What sections know, while the answer is that of the formula as it stands. */
function context(): Context | undefined {
  return isCurrent && shown ? { store, state: store.state, engine: aside, ...shown } : undefined;
}

/** Checks the answer, and tells more of it where somebody wants to know. */
function showSections(): void {
  const known = context();
  if (!known) {
    return;
  }
  byId("sections").hidden = false;
  for (const section of sections) {
    byId(section.id).hidden = section.fits?.(known) === false;
  }
  void verdicts.refresh(known);
  for (const section of sections) {
    show(section);
  }
}

/** Fills a section, if it is open. */
function show(section: Section): void {
  const details = byId<HTMLDetailsElement>(section.id);
  details.open = store.state.open.includes(section.id);
  const known = context();
  if (details.open && !details.hidden && known) {
    const host = body(section.id);
    const waiting = setTimeout(() => host.classList.add("stale"), 150);
    void section.refresh(known).finally(() => {
      clearTimeout(waiting);
      host.classList.remove("stale");
    });
  }
}

/** Whether the answer does not depend on what was changed. */
function isOfSections(state: State, before: State): boolean {
  const keys = Object.keys(state) as (keyof State)[];
  const own: (keyof State)[] = ["open", "claim", "detail", "sizes", "values", "costSizes"];
  return keys.every((key) => own.includes(key) || state[key] === before[key]);
}

/** Shows only the sections that a change is about. */
function showChanged(state: State, before: State): void {
  const changed = (...keys: (keyof State)[]) => keys.some((key) => state[key] !== before[key]);
  const known = context();
  if (changed("sizes") && known) {
    void verdicts.refresh(known);
  }
  for (const section of sections) {
    const isToggled = state.open.includes(section.id) !== before.open.includes(section.id);
    const isMeant =
      (section.id === "steps" && changed("detail")) ||
      (section.id === "numbers" && changed("sizes", "values")) ||
      (section.id === "check" && changed("sizes")) ||
      (section.id === "claim" && changed("claim", "sizes")) ||
      (section.id === "cost" && changed("costSizes"));
    if (isToggled || isMeant) {
      show(section);
    }
  }
}

function toggle(id: string, isOpen: boolean): void {
  const { open } = store.state;
  if (open.includes(id) !== isOpen) {
    store.change({ open: isOpen ? [...open, id] : open.filter((other) => other !== id) });
  }
}

store.watch((state, before, act) => {
  if (act !== "typing") {
    editor.set(state.formula, state.input);
    byId<HTMLSelectElement>("input").value = state.input;
  }
  if (isOfSections(state, before)) {
    clearTimeout(speaking);
    showChanged(state, before);
    return;
  }
  isTyping = act === "typing";
  void refresh();
});

byId<HTMLSelectElement>("input").addEventListener("change", (event) => {
  const input = (event.target as HTMLSelectElement).value === "latex" ? "latex" : "text";
  // What is understood is written anew in the other notation.
  const derived = context()?.derived;
  const formula = derived ? (input === "latex" ? derived.function.latex : derived.text) : store.state.formula;
  store.change({ input, formula });
});
for (const section of sections) {
  const details = byId<HTMLDetailsElement>(section.id);
  details.addEventListener("toggle", () => toggle(section.id, details.open));
}
byId("formula-label").addEventListener("click", () => editor.focus());
byId("skip").addEventListener("click", (event) => {
  // The part of the address behind `#` is the state.
  event.preventDefault();
  byId("main").focus();
});
themeSwitch(byId<HTMLButtonElement>("theme"));
gallery(aside, (state) => {
  store.change({ ...state, open: store.state.open.filter((id) => id !== "claim") });
  editor.focus();
});

document.documentElement.classList.toggle("wide-fences", hasWideFences());
editor.set(store.state.formula, store.state.input);
byId<HTMLSelectElement>("input").value = store.state.input;
const answered = refresh();
const known = await live.ask({ ask: "language" });
if (known?.ok) {
  language = known;
  editor.know(language);
  variables = new Variables(language, store);
  asked = new Asked(store);
  await answered;
  if (shown) {
    variables.show(shown.derived);
    asked.show(shown.derived);
  }
}
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  void navigator.serviceWorker.register("service-worker.js");
}
