// The error of differences against the step, both logarithmic, as a drawing with its table.

import { drawn, element } from "./element";
import type { Convergence } from "./protocol";
import { scrollBox } from "./scroll";

type Measured = Extract<Convergence, { table: unknown }>;

const [WIDTH, HEIGHT] = [560, 300];
const MARGIN = { left: 58, right: 96, top: 14, bottom: 44 };
const SERIES = [
  { name: "forward", at: 1 },
  { name: "central", at: 2 },
] as const;

/** A power of ten as the axis writes it. */
function power(exponent: number): SVGElement {
  return drawn("tspan", {}, "10", drawn("tspan", { dy: -5, "font-size": "0.75em" }, String(exponent).replace("-", "−")));
}

/** From numbers to places: a logarithmic axis. */
function axis(values: number[], from: number, to: number) {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / every) * every; tick <= high; tick += every) {
    ticks.push(tick);
  }
  const place = (log: number) => from + ((log - low) / Math.max(1, high - low)) * (to - from);
  return { ticks, place, of: (value: number) => place(Math.log10(value)) };
}

function drawing({ table }: Measured): SVGElement {
  const errors = table.flatMap(([, forward, central]) => [forward ?? 0, central ?? 0]).filter((error) => error > 0);
  const x = axis(table.map(([step]) => step), MARGIN.left, WIDTH - MARGIN.right);
  const y = axis(errors, HEIGHT - MARGIN.bottom, MARGIN.top);
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const parts: SVGElement[] = [];
  for (const tick of x.ticks) {
    const at = x.place(tick);
    parts.push(drawn("line", { class: "grid", x1: at, x2: at, y1: MARGIN.top, y2: bottom }));
    parts.push(drawn("text", { class: "tick", x: at, y: bottom + 19, "text-anchor": "middle" }, power(tick)));
  }
  for (const tick of y.ticks) {
    const at = y.place(tick);
    parts.push(drawn("line", { class: "grid", x1: MARGIN.left, x2: right, y1: at, y2: at }));
    parts.push(drawn("text", { class: "tick", x: MARGIN.left - 9, y: at + 4, "text-anchor": "end" }, power(tick)));
  }
  parts.push(
    drawn("text", { class: "axis", x: (MARGIN.left + right) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, "step"),
    drawn("text", { class: "axis", x: 14, y: (MARGIN.top + bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(MARGIN.top + bottom) / 2})` }, "relative error"),
  );
  let last = Number.NaN;
  for (const { name, at } of SERIES) {
    const points = table.flatMap((row) => (row[at] ? [[x.of(row[0]), y.of(row[at])] as const] : []));
    const first = points[0];
    if (!first) {
      continue;
    }
    parts.push(drawn("polyline", { class: `line ${name}`, points: points.map((point) => point.join(",")).join(" ") }));
    // The names stand at the ends of the lines, apart where these meet.
    const label = Math.abs(first[1] - last) < 15 ? last + 15 : first[1];
    last = label;
    parts.push(drawn("text", { class: `name ${name}`, x: right + 9, y: label + 4 }, name));
  }
  return drawn(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "plot", "aria-label": "Relative error of differences against the step; the table has the same numbers" },
    ...parts,
  );
}

function short(value: number | null): string {
  return value === null ? "none" : value.toExponential(1).replace("e+", "e");
}

/** The drawing, and its numbers as a table. */
export function plot(measured: Measured): HTMLElement {
  const cells = measured.table.map(([step, forward, central]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, short(step)),
      element("td", {}, short(forward)),
      element("td", {}, short(central)),
    ),
  );
  const heads = ["step", "forward", "central"].map((name) => element("th", { scope: "col" }, name));
  const table = element(
    "table",
    { class: "figures" },
    element("caption", { class: "unseen" }, "Relative error of forward and central differences by step"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...cells),
  );
  return element(
    "figure",
    { class: "convergence" },
    scrollBox("plot of the errors", drawing(measured)),
    element("details", {}, element("summary", {}, "the numbers as a table"), scrollBox("table of the errors", table)),
  );
}
