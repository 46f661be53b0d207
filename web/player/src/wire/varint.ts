import { ProtocolError } from "./error.ts";

/** Bytes of the shortest form of `value` (RFC 9000 section 16). */
export function varintLength(value: number): 1 | 2 | 4 | 8 {
  if (value < 0x40) return 1;
  if (value < 0x4000) return 2;
  return value < 0x4000_0000 ? 4 : 8;
}

/** Writes `value` (0 .. 2^53 - 1) in its shortest form and returns the bytes written. */
export function writeVarint(view: DataView, at: number, value: number): number {
  const length = varintLength(value);
  if (length === 1) view.setUint8(at, value);
  else if (length === 2) view.setUint16(at, value | 0x4000);
  else if (length === 4) view.setUint32(at, (value | 0x8000_0000) >>> 0);
  else view.setBigUint64(at, BigInt(value) | 0xc000_0000_0000_0000n);
  return length;
}

/** Reads a varint, or null where it is not complete. Throws {@link ProtocolError} for a form that is not the shortest. */
export function readVarint(bytes: Uint8Array, at: number): { value: number; length: number } | null {
  const first = bytes[at];
  if (first === undefined) return null;
  const length = 1 << (first >> 6);
  if (at + length > bytes.length) return null;
  let value = first & 0x3f;
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i]!;
  if (varintLength(value) !== length) throw new ProtocolError("a length is not in its shortest form");
  return { value, length };
}
