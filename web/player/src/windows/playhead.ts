import type { VerifiedPart, VerifiedWindow } from "./verifiedWindow.ts";

/** Hands on complete parts in their order. A gap is left behind only where a newer window begins, with an IDR frame. */
export class Playhead {
  #window: VerifiedWindow | null = null;
  #next = 0;

  /** Where a new relay should go on: all before part `parts` of `window` is here. Window 0 asks for the newest. */
  get position(): { window: number; parts: number } { return { window: this.#window?.number ?? 0, parts: this.#next }; }

  /** Parts that became ready by the completion of `part`. */
  *completed(part: VerifiedPart): Generator<VerifiedPart> {
    if (part.window !== this.#window) {
      this.#window = part.window;
      this.#next = 0;
    }
    for (let ready = this.#window.parts[this.#next]; ready?.complete; ready = this.#window.parts[this.#next]) {
      this.#next++;
      yield ready;
    }
  }
}
