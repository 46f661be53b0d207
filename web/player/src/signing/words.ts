import { fromHex } from "@clustercast/verifier";

/** An unsigned integer as a 32-byte word. Throws RangeError outside 0 .. 2^256 - 1. */
export function uintWord(value: bigint | number): Uint8Array {
  let left = BigInt(value);
  if (left < 0n) throw new RangeError("a word holds no negative number");
  const word = new Uint8Array(32);
  for (let i = 31; left > 0n; i--, left >>= 8n) {
    if (i < 0) throw new RangeError("a word holds 256 bits");
    word[i] = Number(left & 255n);
  }
  return word;
}

/** An address as a 32-byte word. Throws when it is not 20 bytes. */
export function addressWord(address: string): Uint8Array {
  const bytes = fromHex(address);
  if (bytes.length !== 20) throw new RangeError(`not an address: ${address}`);
  const word = new Uint8Array(32);
  word.set(bytes, 12);
  return word;
}

/** Reads a big-endian integer. */
export function toUint(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
