import type { FrameOf } from "@clustercast/player/wire/index";
import type { Broadcaster, BuiltWindow } from "./broadcaster.ts";
import type { SourcePart } from "./liveSource.ts";

export type Media = FrameOf<"init" | "window" | "node" | "part" | "head" | "leaf">;

const CACHED = 10;

/** The broadcast as relays hold it: the newest windows, and every frame as it is made. */
export class Hub {
  readonly windows: BuiltWindow[] = [];
  readonly #listeners = new Set<(frame: Media) => void>();
  readonly #waiting: (() => void)[] = [];
  #number = 0;

  constructor(readonly broadcaster: Broadcaster) {}

  get newest(): BuiltWindow | null { return this.windows.at(-1) ?? null; }

  listen(listener: (frame: Media) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the first part is there. */
  get ready(): Promise<void> { return this.newest?.parts.length ? Promise.resolve() : new Promise((done) => this.#waiting.push(done)); }

  add(part: SourcePart): void {
    if (part.idr) {
      if (this.newest) this.#tell(this.broadcaster.closeWindow(part.time));
      const window = this.broadcaster.openWindow(++this.#number);
      this.windows.push(window);
      if (this.windows.length > CACHED) this.windows.shift();
      this.#tell(window.open);
    }
    if (!this.newest) return;
    const built = this.broadcaster.addPart(part.bytes, part.time);
    this.#tell(built.part);
    for (const leaf of built.leaves) this.#tell(leaf);
    for (const done of this.#waiting.splice(0)) done();
  }

  #tell(frame: Media): void { for (const listener of [...this.#listeners]) listener(frame); }
}
