// What the page asks the engine, and what comes back; the crate gateaux-web is the other side.

/** A formula in all notations. */
export interface Formula {
  text: string;
  latex: string;
  mathml: string;
}

/** A mistake; the span counts Unicode characters of the formula, and is [0, 0] where there is no place. */
export interface Mistake {
  code: string;
  message: string;
  span: [number, number];
  help?: string;
}

/** A question without an answer. */
export interface Failed {
  ok: false;
  errors: Mistake[];
}

/** A variable; the origin says where its kind comes from. */
export interface Variable {
  name: string;
  declaration: string;
  shape: string[];
  origin: string;
}

/** One way to write a derivative; `more` marks those that are folded away. */
export interface Form {
  name: string;
  shape: string[];
  formula: Formula;
  more: boolean;
}

/** A derivative. */
export interface Answer {
  by: string[];
  holes: string[];
  structured: boolean;
  forms: Form[];
}

export interface Derived {
  ok: true;
  text: string;
  name: string;
  shape: string[];
  function: Formula;
  variables: Variable[];
  answers: Answer[];
  assumptions: string[];
  notes: string[];
}

export interface Line {
  left: Formula | null;
  right: Formula;
  relation: string;
  why: string;
  rules: string[];
  checked: string;
}

export interface Derivation {
  by: string[];
  lines: Line[];
  verified: boolean;
  text: string;
  latex: string;
}

export interface Steps {
  ok: true;
  derivations: Derivation[];
}

/** How one kind of differences behaves. */
export interface Scheme {
  truncation_slope: number | null;
  rounding_slope: number | null;
  best_step: number;
  best_error: number;
  predicted_step: number | null;
}

export type Convergence =
  | { verdict: "not measured"; reason: string }
  | {
      verdict: "verified" | "not verified";
      reason?: string;
      forward: Scheme;
      central: Scheme;
      table: [number, number | null, number | null][];
      notes: string[];
      sizes: Record<string, number>;
    };

export interface Verdict {
  by: string[];
  check: {
    verdict: "verified" | "not verified";
    error: number | null;
    points: number;
    remainder: number | "none" | null;
    reason?: string;
  };
  sizes: Record<string, number>;
  convergence: Convergence;
}

export interface Checked {
  ok: true;
  checks: Verdict[];
}

/** A number, a complex number or one that JSON has no number for as a string, or nested lists of them, row by row. */
export type Numbers = number | string | Numbers[];

export interface Judgment {
  verdict: "equal" | "not equal";
  mistake?: string;
  detail: string;
  counterexample?: Record<string, unknown> & { values: Record<string, Numbers> };
  [view: string]: unknown;
}

export interface Claimed {
  ok: true;
  judgment?: Judgment;
  view?: string;
  /** Mistakes of the claim, with places in it. */
  mistakes?: { errors: Mistake[] };
}

export interface Example {
  ok: true;
  dims: Record<string, number>;
  inputs: Record<string, Numbers>;
}

export interface Evaluated {
  ok: true;
  value: Numbers;
  derivatives: { by: string[]; name: string; shape: number[]; array: Numbers }[];
  notes: string[];
}

export interface Cost {
  operations: number;
  order: string;
  bytes_moved: number;
  memory_bytes: number;
}

export interface Costs {
  wrt: string;
  sizes: Record<string, number>;
  value: Cost;
  derivatives: {
    order: number;
    entries: number;
    ways: { mode: string; passes: number; cost: Cost }[];
    best: string;
    reason: string;
  }[];
}

export interface Costed {
  ok: true;
  function: string;
  costs: Costs[];
}

export interface LanguageFunction {
  name: string;
  aliases: string[];
  kinds: string[];
  about: string;
  domain: string;
  source: string;
}

export interface Language {
  ok: true;
  functions: LanguageFunction[];
  kinds: string[];
  modifiers: string[];
}

/** What every question about a problem has. */
export interface Problem {
  expr: string;
  input: "text" | "latex";
  vars: Record<string, { kind: string; dims: string[] }>;
  wrt: string[];
  order: number;
  convention: string;
  dims?: Record<string, number>;
}

/** The questions with their replies. */
export interface Replies {
  derive: Derived;
  steps: Steps;
  check: Checked;
  claim: Claimed;
  example: Example;
  numbers: Evaluated;
  cost: Costed;
  language: Language;
}

export type Ask = keyof Replies;

export type Question<A extends Ask> = { ask: A } & (A extends "language" ? object : Problem) &
  (A extends "steps" ? { detail: "brief" | "full" } : object) &
  (A extends "claim" ? { claim: string } : object) &
  (A extends "numbers" ? { inputs: Record<string, Numbers> } : object);
