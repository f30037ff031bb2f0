// Questions to the engine, in a worker: the newest one wins, and none takes longer than five seconds.

import type { Ask, Failed, Question, Replies } from "./protocol";

/** How long an answer may take, in milliseconds. */
const LIMIT = 5000;
/** How long an answer that nobody waits for may hold up the next one. */
const GRACE = 250;

interface Pending {
  topic: string;
  question: string;
  isWanted: boolean;
  finish(reply: unknown): void;
}

/** The module, compiled once for all workers. */
let compiled: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  const address = new URL("gateaux.wasm", document.baseURI);
  const response = await fetch(address);
  if (!response.ok) {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  // Some hosts serve WebAssembly as another type, which cannot be compiled on the way.
  return response.headers.get("Content-Type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

function failed(message: string, help?: string): Failed {
  return { ok: false, errors: [{ code: "", message, span: [0, 0], ...(help ? { help } : {}) }] };
}

/** A worker with the engine. */
export class Engine {
  private worker: Worker | undefined;
  private current: Pending | undefined;
  private queue: Pending[] = [];
  private timer = 0;

  /**
   * Asks; of the questions of one topic only the newest is answered, and the others get `undefined`.
   * Questions that fail, trap or take too long get mistakes as those of a formula.
   */
  ask<A extends Ask>(question: Question<A>, topic: string = question.ask): Promise<Replies[A] | Failed | undefined> {
    return new Promise((finish) => {
      this.drop(topic);
      this.queue.push({
        topic,
        question: JSON.stringify(question),
        isWanted: true,
        finish: finish as (reply: unknown) => void,
      });
      this.next();
    });
  }

  /** Nobody waits for answers of these topics any more. */
  drop(...topics: string[]): void {
    for (const pending of this.queue.filter((pending) => topics.includes(pending.topic))) {
      pending.finish(undefined);
    }
    this.queue = this.queue.filter((pending) => !topics.includes(pending.topic));
    if (this.current?.isWanted && topics.includes(this.current.topic)) {
      this.current.isWanted = false;
      this.current.finish(undefined);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.restart(), GRACE);
    }
  }

  private async next(): Promise<void> {
    if (this.current || this.queue.length === 0) {
      return;
    }
    const pending = this.queue.shift() as Pending;
    this.current = pending;
    try {
      compiled ??= compile();
      const module = await compiled;
      if (this.current !== pending) {
        return;
      }
      this.worker ??= this.start(module);
      this.worker.postMessage(pending.question);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.restart(), pending.isWanted ? LIMIT : GRACE);
    } catch (error) {
      compiled = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.finish(failed(`the engine could not be loaded: ${reason}`, "check the connection and reload the page"));
    }
  }

  private start(module: WebAssembly.Module): Worker {
    const worker = new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<{ reply?: string; trap?: string }>) => {
      this.finish(
        data.reply === undefined
          ? failed(`the engine stopped at this question (${data.trap})`, "please report the formula, so that it is repaired")
          : JSON.parse(data.reply),
      );
    };
    worker.onerror = () => {
      this.worker = undefined;
      this.finish(failed("the engine could not be started", "reload the page"));
    };
    worker.postMessage(module);
    return worker;
  }

  /** Ends the worker with its question; the next question starts another one. */
  private restart(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.finish(
      failed(
        `no answer within ${LIMIT / 1000} seconds, so the engine was stopped`,
        "the command `gateaux` has no such limit of time",
      ),
    );
  }

  private finish(reply: unknown): void {
    clearTimeout(this.timer);
    const pending = this.current;
    this.current = undefined;
    if (pending?.isWanted) {
      pending.finish(reply);
    }
    void this.next();
  }
}
