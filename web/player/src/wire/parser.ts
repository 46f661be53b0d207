import { decodeBody } from "./codec.ts";
import { ProtocolError } from "./error.ts";
import type { Frame } from "./frames.ts";
import { MAX_BODY } from "./limits.ts";
import { readVarint } from "./varint.ts";

const LONGEST_HEADER = 9;

/**
 * Cuts a byte stream into frames, however it arrives. A frame that comes whole is read where it lies; one that comes in pieces is gathered once, in an array of
 * its own. Holds at most one unfinished frame, so at most 65,541 bytes.
 */
export class FrameParser {
  readonly #header = new Uint8Array(LONGEST_HEADER);
  /** Room for the unfinished frame; null as long as its length is not known. */
  #frame: Uint8Array | null = null;
  /** Bytes of it that have come. */
  #filled = 0;

  /** Bytes of a frame that has not ended. */
  get pending(): number { return this.#filled; }

  /** The known frames that end in `chunk`, with the bytes each took on the wire. Throws {@link ProtocolError} for a broken or oversized one. */
  *push(chunk: Uint8Array): Generator<{ frame: Frame; size: number }> {
    let at = 0;
    while (at < chunk.length) {
      const size = this.#filled === 0 ? sizeOf(chunk, at) : null;
      let bytes: Uint8Array | null;
      if (size !== null && at + size <= chunk.length) {
        bytes = chunk.subarray(at, at + size);
        at += size;
      } else {
        at += this.#gather(chunk, at);
        bytes = this.#take();
      }
      const frame = bytes && decode(bytes);
      if (frame) yield { frame, size: bytes!.length };
    }
  }

  /** Adds to the unfinished frame what `chunk` has of it, and returns how much that is. */
  #gather(chunk: Uint8Array, from: number): number {
    let at = from;
    while (!this.#frame && at < chunk.length) {
      this.#header[this.#filled++] = chunk[at++]!;
      const size = sizeOf(this.#header.subarray(0, this.#filled), 0);
      if (size === null) continue;
      this.#frame = new Uint8Array(size);
      this.#frame.set(this.#header.subarray(0, this.#filled));
    }
    if (!this.#frame) return at - from;
    const piece = chunk.subarray(at, at + this.#frame.length - this.#filled);
    this.#frame.set(piece, this.#filled);
    this.#filled += piece.length;
    return at + piece.length - from;
  }

  /** The gathered frame once it is whole. */
  #take(): Uint8Array | null {
    if (!this.#frame || this.#filled < this.#frame.length) return null;
    const frame = this.#frame;
    this.#frame = null;
    this.#filled = 0;
    return frame;
  }
}

/** Bytes of the frame that begins at `at`; null where its length has not come. */
function sizeOf(bytes: Uint8Array, at: number): number | null {
  const length = readVarint(bytes, at + 1);
  if (!length) return null;
  if (length.value > MAX_BODY) throw new ProtocolError(`a body of ${length.value} bytes is longer than ${MAX_BODY}`);
  return 1 + length.length + length.value;
}

function decode(bytes: Uint8Array): Frame | null { return decodeBody(bytes[0]!, bytes.subarray(1 + readVarint(bytes, 1)!.length)); }
