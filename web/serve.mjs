// Serves the built page: the right types, and the compressed files where they are accepted.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

async function isFile(path) {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** A server of a folder; it listens on a free port if none is given. */
export async function serve(folder, port = 0) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = normalize(decodeURIComponent(pathname)).replace(/\/$/, "/index.html");
    const path = join(folder, name);
    if (!path.startsWith(folder) || !(await isFile(path))) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found");
      return;
    }
    const accepted = String(request.headers["accept-encoding"] ?? "");
    const encodings = [
      ["br", ".br"],
      ["gzip", ".gz"],
    ].filter(([encoding]) => accepted.includes(encoding));
    let [sent, encoding] = [path, undefined];
    for (const [name, suffix] of encodings) {
      if (!encoding && (await isFile(path + suffix))) {
        [sent, encoding] = [path + suffix, name];
      }
    }
    response.writeHead(200, {
      "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
      "Cache-Control": "no-cache",
      Vary: "Accept-Encoding",
      ...(encoding ? { "Content-Encoding": encoding } : {}),
    });
    createReadStream(sent).pipe(response);
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return { server, address: `http://localhost:${server.address().port}/` };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = fileURLToPath(new URL("dist", import.meta.url));
  const { address } = await serve(folder, Number(process.env.PORT ?? 8000));
  console.log(address);
}
