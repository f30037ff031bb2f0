// After the build: the list of all files for the service worker, with a version made of their contents, and each file
// compressed beside itself.

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WORKER = "service-worker.js";
/** Already compressed, or not worth it. */
const AS_IS = /\.(?:woff2|br|gz|map)$/;

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => !/\.(?:br|gz)$/.test(path)).sort();
}

export function offline() {
  let folder = "";
  return {
    name: "offline",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const paths = await filesIn(folder);
      const hash = createHash("sha256");
      const files = [];
      for (const path of paths) {
        const name = relative(folder, path).replaceAll("\\", "/");
        hash.update(name).update(await readFile(path));
        if (name !== WORKER && !name.startsWith("fonts/LICENSE")) {
          files.push(name === "index.html" ? "./" : name, ...(name === "index.html" ? [name] : []));
        }
      }
      const worker = join(folder, WORKER);
      const source = await readFile(worker, "utf8");
      const version = hash.digest("hex").slice(0, 16);
      const filled = source.replaceAll("__FILES__", JSON.stringify(files)).replaceAll("__VERSION__", `"${version}"`);
      await writeFile(worker, filled);
      for (const path of paths.filter((path) => !AS_IS.test(path))) {
        const bytes = await readFile(path);
        const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
        await writeFile(`${path}.br`, brotliCompressSync(bytes, options));
        await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
