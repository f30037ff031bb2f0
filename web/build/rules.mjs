// The pages on the rules of derivations, out of the manual: their names for the page of steps, their texts as one page.

import { readdirSync, readFileSync } from "node:fs";

const VIRTUAL = "virtual:rules";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Code and links in a line; links lead to other pages of the manual, so that only their texts stay. */
const inline = (text) =>
  escaped(text)
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replaceAll(/`([^`]+)`/g, "<code>$1</code>");

/** The few forms of Markdown that the pages have. */
function html(markdown, id) {
  const parts = [];
  for (const block of markdown.trim().split(/\n{2,}/)) {
    if (block.startsWith("# ")) {
      parts.push(`<h2 id="${id}">${inline(block.slice(2))}</h2>`);
    } else if (block.startsWith("## ")) {
      parts.push(`<h3>${inline(block.slice(3))}</h3>`);
    } else if (block.startsWith("    ")) {
      parts.push(`<pre class="statement"><code>${escaped(block.replaceAll(/^ {4}/gm, ""))}</code></pre>`);
    } else if (block.startsWith("```")) {
      const code = block.replace(/^```\w*\n/, "").replace(/\n?```$/, "");
      parts.push(`<pre><code>${escaped(code)}</code></pre>`);
    } else if (block.startsWith("- ")) {
      const items = block.split(/\n(?=- )/).map((item) => `<li>${inline(item.slice(2))}</li>`);
      parts.push(`<ul>${items.join("")}</ul>`);
    } else {
      parts.push(`<p>${inline(block)}</p>`);
    }
  }
  return `<article class="rule">${parts.join("\n")}</article>`;
}

export function rulePages(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");
  const pages = names.map((name) => ({
    id: name.slice(0, -".md".length),
    text: readFileSync(new URL(name, folder), "utf8"),
  }));
  const titles = Object.fromEntries(pages.map(({ id, text }) => [id, text.slice(2, text.indexOf("\n"))]));
  return {
    name: "rules",
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load: (id) => (id === `\0${VIRTUAL}` ? `export const rules = ${JSON.stringify(titles)};` : undefined),
    transformIndexHtml: (source) =>
      source.replace("<!-- rules -->", () => pages.map(({ id, text }) => html(text, id)).join("\n")),
  };
}
