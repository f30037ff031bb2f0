// The box for the formula.

import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
  pickedCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { prose } from "./element";
import type { Language, Mistake, Variable } from "./protocol";

const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_]*/u;
const NUMBER = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?/i;

/** Our notation: comments, numbers, functions, kinds behind a colon. */
const text = StreamLanguage.define<{ isKind: boolean }>({
  name: "gateaux",
  startState: () => ({ isKind: false }),
  token(stream, state) {
    if (stream.eatSpace()) {
      return null;
    }
    if (stream.match(/^#.*/)) {
      return "comment";
    }
    if (stream.match(/^"[^"]*"?/)) {
      return "string";
    }
    if (stream.match(NUMBER)) {
      return "number";
    }
    if (stream.match(NAME)) {
      if (state.isKind) {
        return "keyword";
      }
      return stream.peek() === "(" ? "function" : "variableName";
    }
    const sign = stream.next();
    // A kind stands between the colon of a declaration and the bracket with its sizes.
    state.isKind = sign === ":" || (state.isKind && !/[(;=]/.test(sign ?? ""));
    return /[()[\],;]/.test(sign ?? "") ? "bracket" : "operator";
  },
  blankLine(state) {
    state.isKind = false;
  },
  tokenTable: { function: tags.function(tags.variableName) },
});

const latex = StreamLanguage.define({
  name: "latex",
  token(stream) {
    if (stream.match(/^%.*/)) {
      return "comment";
    }
    if (stream.match(/^\\(?:[a-zA-Z]+|.)/)) {
      return "function";
    }
    if (stream.match(NUMBER)) {
      return "number";
    }
    if (stream.match(/^[a-zA-Z]/)) {
      return "variableName";
    }
    return /[{}()[\]&]/.test(stream.next() ?? "") ? "bracket" : "operator";
  },
  tokenTable: { function: tags.function(tags.variableName) },
});

const colors = HighlightStyle.define([
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.string, color: "var(--code-number)" },
  { tag: tags.keyword, color: "var(--code-kind)" },
  { tag: tags.function(tags.variableName), color: "var(--code-function)" },
  { tag: tags.variableName, color: "var(--ink)" },
  { tag: [tags.operator, tags.bracket], color: "var(--muted)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--field)", fontSize: "var(--editor-size)", borderRadius: "6px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "0.8em 0", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 1em" },
  ".cm-cursor": { borderLeft: "2px solid var(--accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--wrong) 1.5px",
    textUnderlineOffset: "0.3em",
  },
  ".cm-lintPoint-error::after": { borderBottomColor: "var(--wrong)" },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--paper)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
    boxShadow: "0 6px 24px var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "0.85em", maxHeight: "15em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.3em 0.7em", lineHeight: "1.5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--ink)",
    backgroundColor: "var(--selection)",
  },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", marginLeft: "1em" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)" },
  ".cm-tooltip.cm-completionInfo": {
    fontFamily: "var(--serif)",
    fontSize: "0.95rem",
    lineHeight: "1.45",
    padding: "0.5em 0.8em",
    maxWidth: "22em",
  },
  ".cm-diagnostic": {
    fontFamily: "var(--serif)",
    fontSize: "0.95rem",
    padding: "0.4em 0.8em",
    borderLeft: "3px solid var(--wrong)",
  },
});

/** How the box is called; who uses the keyboard alone learns how to leave it. */
const LABEL = "Formula. Press Escape, then Tab to leave the box.";

/** What the box tells. */
export interface Listener {
  typed(formula: string): void;
  left(): void;
}

/** The box; it stands in a shadow tree, where the strict policy on styles lets it bring its own. */
export class Editor {
  private readonly view: EditorView;
  private readonly language = new Compartment();
  private functions: Language["functions"] = [];
  private kinds: string[] = [];
  private variables: Variable[] = [];
  private isSetting = false;

  constructor(host: HTMLElement, listener: Listener) {
    const root = host.attachShadow({ mode: "open" });
    this.view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        extensions: [
          history(),
          drawSelection(),
          bracketMatching(),
          EditorView.lineWrapping,
          syntaxHighlighting(colors),
          look,
          this.language.of(text),
          autocompletion({ override: [(context) => this.complete(context)], icons: false }),
          keymap.of([
            { key: "Tab", run: acceptCompletion },
            ...completionKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.contentAttributes.of({ "aria-label": LABEL, spellcheck: "false", autocapitalize: "off" }),
          EditorView.domEventHandlers({ beforeinput: replaceSelection }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !this.isSetting) {
              listener.typed(update.state.doc.toString());
            }
            if (update.focusChanged && !update.view.hasFocus) {
              listener.left();
            }
          }),
        ],
      }),
    });
  }

  /** What can be completed. */
  know(language: Language): void {
    this.functions = language.functions;
    this.kinds = [...language.modifiers, ...language.kinds];
  }

  /** The names of the problem. */
  name(variables: Variable[]): void {
    this.variables = variables;
  }

  focus(): void {
    this.view.focus();
  }

  /** Shows a formula that was not typed here. */
  set(formula: string, input: "text" | "latex"): void {
    this.isSetting = true;
    const isOther = formula !== this.view.state.doc.toString();
    this.view.dispatch({
      ...(isOther ? { changes: { from: 0, to: this.view.state.doc.length, insert: formula } } : {}),
      effects: this.language.reconfigure(input === "latex" ? latex : text),
    });
    this.isSetting = false;
  }

  /** Underlines mistakes at their places. */
  mark(mistakes: Mistake[]): void {
    const formula = this.view.state.doc.toString();
    const marks = mistakes
      .filter(({ span: [from, to] }) => to > from || from > 0)
      .map((mistake) => diagnostic(mistake, formula));
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }

  private complete(context: CompletionContext): CompletionResult | null {
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{M}\p{N}_]*/u);
    const isTyped = word && word.to - word.from >= 2 && context.state.doc.toString().charAt(word.from - 1) !== "\\";
    if (!context.explicit && !isTyped) {
      return null;
    }
    const functions = this.functions.flatMap(({ name, aliases, kinds, about }) =>
      [name, ...aliases].map((label) => ({
        label,
        detail: kinds[0] ?? "",
        info: about,
        apply: call(label),
        type: "function",
      })),
    );
    // A name that is just being typed is already a variable of the problem, but nothing to complete.
    const others = this.variables.filter(({ name }) => name !== word?.text);
    const variables = others.map(({ name, declaration }) => ({
      label: name,
      detail: declaration.slice(name.length + 2),
      boost: 1,
    }));
    const kinds = this.kinds.map((label) => ({ label, detail: "kind", boost: -1 }));
    return { from: word?.from ?? context.pos, options: [...variables, ...functions, ...kinds], validFor: NAME };
  }
}

/** Completes a function with its bracket, unless that is there. */
function call(name: string): (view: EditorView, completion: Completion, from: number, to: number) => void {
  return (view, completion, from, to) => {
    const isCalled = view.state.sliceDoc(to, to + 1) === "(";
    const insert = isCalled ? name : `${name}(`;
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length + (isCalled ? 1 : 0) },
      userEvent: "input.complete",
      annotations: pickedCompletion.of(completion),
    });
  };
}

/**
 * Replaces what is selected by what is typed. Browsers would carry the look of the text before over to the new text, as
 * a style attribute, which the policy of the page forbids.
 */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
  const isText = event.inputType === "insertText" && event.data !== null && event.cancelable;
  if (!isText || view.composing || view.state.selection.main.empty) {
    return false;
  }
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data ?? ""), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

/** Spans count characters, an editor counts units of 16 bits. */
function diagnostic({ message, help, span }: Mistake, formula: string): Diagnostic {
  const characters = [...formula];
  const length = (count: number) => characters.slice(0, count).join("").length;
  let [from, to] = [length(span[0]), length(span[1])];
  if (from === to) {
    // At the end of a line there is no character to underline, so the one before it is.
    from = Math.max(0, from - 1);
    to = Math.min(formula.length, from + 1);
  }
  return {
    from,
    to,
    severity: "error",
    message,
    renderMessage: () => {
      const shown = document.createElement("div");
      shown.append(...prose(help ? `${message}; ${help}` : message));
      return shown;
    },
  };
}
