import { fromHex } from "@clustercast/verifier";

const utf8 = new TextEncoder();

/** Appends big-endian fields to a growing body. Throws RangeError for a value that does not fit its field. */
export class BodyWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** The body so far: a view until the next write. */
  get body(): Uint8Array { return this.#bytes.subarray(0, this.#at); }

  u8(value: number): void { const at = this.#room(1); this.#view.setUint8(at, fits(value, 0xff)); }
  u16(value: number): void { const at = this.#room(2); this.#view.setUint16(at, fits(value, 0xffff)); }
  u32(value: number): void { const at = this.#room(4); this.#view.setUint32(at, fits(value, 0xffff_ffff)); }
  u64(value: bigint): void { const at = this.#room(8); this.#view.setBigUint64(at, fitsBig(value, 64)); }

  u128(value: bigint): void {
    fitsBig(value, 128);
    this.u64(value >> 64n);
    this.u64(BigInt.asUintN(64, value));
  }

  u256(value: bigint): void {
    fitsBig(value, 256);
    this.u128(value >> 128n);
    this.u128(BigInt.asUintN(128, value));
  }

  address(value: string): void { this.fixed(fromHex(value), 20); }

  fixed(value: Uint8Array, length: number): void {
    if (value.length !== length) throw new RangeError(`a field of ${length} bytes was given ${value.length}`);
    this.bytes(value);
  }

  bytes(value: Uint8Array): void { const at = this.#room(value.length); this.#bytes.set(value, at); }

  text(value: string): void {
    const bytes = utf8.encode(value);
    this.u16(bytes.length);
    this.bytes(bytes);
  }

  /** Makes room for `length` bytes and returns where they go. May replace the view, so it comes first. */
  #room(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

function fits(value: number, most: number): number {
  if (!Number.isInteger(value) || value < 0 || value > most) throw new RangeError(`${value} does not fit a field of at most ${most}`);
  return value;
}

function fitsBig(value: bigint, bits: number): bigint {
  if (value < 0n || value >> BigInt(bits) !== 0n) throw new RangeError(`${value} does not fit ${bits} bits`);
  return value;
}
