import { readFileSync } from "node:fs";
import { fromHex } from "@clustercast/verifier";
import { types, type TypeName } from "@clustercast/player/signing/index";

/** One signed example of spec/vectors. Integers are decimal strings, bytes are hex. */
export interface SignedCase {
  name: string;
  message: Record<string, string>;
  structHash: string;
  digest: string;
  privateKey: string;
  signer: string;
  signature: string;
  [extra: string]: unknown;
}
export interface TypedFile { type: TypeName; domain: "streamKeys" | "relayStaking" | "ticketBroker"; typeHash: string; cases: SignedCase[] }

/** Reads a file of spec/vectors. */
export function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../../spec/vectors/${file}`, import.meta.url), "utf8")) as T;
}

/** Turns the strings of a vector's message into the values of the type's fields. */
export function messageOf(name: TypeName, message: Record<string, string>): Record<string, bigint | string | Uint8Array> {
  return Object.fromEntries(types[name].split(",").map((field) => {
    const [type, key] = field.split(" ") as [string, string];
    const text = message[key]!;
    return [key, type === "address" ? text : type === "bytes32" ? fromHex(text) : BigInt(text)];
  }));
}

/** `bytes[i] = seed + 31 i + (i >> 8)`: how the vectors abbreviate media. */
export function seedBytes({ seed, length }: { seed: number; length: number }): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed + 31 * i + (i >> 8)) & 0xff);
}
