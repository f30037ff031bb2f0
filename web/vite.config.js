import { defineConfig } from "vite";
import { offline } from "./build/offline.mjs";
import { policy } from "./build/policy.mjs";
import { rulePages } from "./build/rules.mjs";

export default defineConfig({
  // Relative addresses, so that the page works from any folder.
  base: "./",
  plugins: [rulePages(new URL("../docs/rules/", import.meta.url)), policy(), offline()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: "index.html",
        notation: "notation.html",
        rules: "rules.html",
        "service-worker": "src/service-worker.ts",
      },
      output: {
        entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
