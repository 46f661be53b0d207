import { toHex } from "@clustercast/verifier";
import { ProtocolError } from "./error.ts";
import { MAX_TEXT } from "./limits.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads big-endian fields from a body. Throws {@link ProtocolError} past its end. Byte fields are views, not copies. */
export class BodyReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(body: Uint8Array) {
    this.#bytes = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  }

  get left(): number { return this.#bytes.length - this.#at; }

  u8(): number { return this.#view.getUint8(this.#take(1)); }
  u16(): number { return this.#view.getUint16(this.#take(2)); }
  u32(): number { return this.#view.getUint32(this.#take(4)); }
  u64(): bigint { return this.#view.getBigUint64(this.#take(8)); }
  u128(): bigint { return (this.u64() << 64n) | this.u64(); }
  u256(): bigint { return (this.u128() << 128n) | this.u128(); }
  address(): string { return toHex(this.bytes(20)); }
  rest(): Uint8Array { return this.bytes(this.left); }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    const length = this.u16();
    if (length > MAX_TEXT) throw new ProtocolError(`a text of ${length} bytes is longer than ${MAX_TEXT}`);
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new ProtocolError("a text is not UTF-8");
    }
  }

  #take(length: number): number {
    if (length > this.left) throw new ProtocolError("a body ends before its fields do");
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
