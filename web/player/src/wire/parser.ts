import { concat } from "@clustercast/verifier";
import { decodeBody } from "./codec.ts";
import { ProtocolError } from "./error.ts";
import type { Frame } from "./frames.ts";
import { MAX_BODY } from "./limits.ts";
import { readVarint } from "./varint.ts";

/** Cuts a byte stream into frames, however it arrives. Holds at most one unfinished frame, so at most 65,541 bytes. */
export class FrameParser {
  #kept: Uint8Array = new Uint8Array(0);

  /** Bytes of a frame that has not ended. */
  get pending(): number { return this.#kept.length; }

  /** The known frames that end in `chunk`, with the bytes each took on the wire. Throws {@link ProtocolError} for a broken or oversized one. */
  *push(chunk: Uint8Array): Generator<{ frame: Frame; size: number }> {
    const bytes = this.#kept.length > 0 ? concat(this.#kept, chunk) : chunk;
    let at = 0;
    while (at < bytes.length) {
      const length = readVarint(bytes, at + 1);
      if (!length) break;
      if (length.value > MAX_BODY) throw new ProtocolError(`a body of ${length.value} bytes is longer than ${MAX_BODY}`);
      const body = at + 1 + length.length;
      const end = body + length.value;
      if (end > bytes.length) break;
      const frame = decodeBody(bytes[at]!, bytes.subarray(body, end));
      const size = end - at;
      at = end;
      if (frame) yield { frame, size };
    }
    this.#kept = bytes.slice(at);
  }
}
