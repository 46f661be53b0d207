import type { Head } from "../windows/head.ts";
import { ProtocolError } from "../wire/error.ts";
import type { Receipt } from "../wire/frames.ts";
import { BodyReader } from "../wire/reader.ts";

/** A head as evidence carries it: who signed it has not been looked at. */
export interface ClaimedHead { head: Head; signature: Uint8Array }
/** A part node, and its way to the root of its head; siblings lowest first. */
export interface PartProof { node: Uint8Array; siblings: Uint8Array[] }

/** What an Evidence frame claims (spec/evidence.md); nothing of it is checked. */
export type Offence =
  | { kind: "falseReceipt"; head: ClaimedHead; receipt: Receipt }
  | { kind: "equivocation" | "partsBeyondLast"; first: ClaimedHead; second: ClaimedHead }
  | { kind: "conflictingParts"; index: number; first: ClaimedHead; firstPart: PartProof; second: ClaimedHead; secondPart: PartProof };

const MAX_SIBLINGS = 8;

/** Reads the body of an Evidence frame. Throws {@link ProtocolError} for another kind, and for bytes that are too few or too many. */
export function readOffence(kind: number, bytes: Uint8Array): Offence {
  const from = new BodyReader(bytes.slice());
  const offence = read(kind, from);
  if (from.left > 0) throw new ProtocolError(`evidence is ${from.left} bytes longer than its fields`);
  return offence;
}

/** The newer of the two times that the signed bytes claim, Unix ms. */
export function timeOf(offence: Offence): bigint {
  const [a, b] = offence.kind === "falseReceipt" ? [offence.head.head.time, offence.receipt.time] : [offence.first.head.time, offence.second.head.time];
  return a > b ? a : b;
}

function read(kind: number, from: BodyReader): Offence {
  switch (kind) {
    case 1: return { kind: "falseReceipt", head: readHead(from), receipt: readReceipt(from) };
    case 2: return { kind: "equivocation", first: readHead(from), second: readHead(from) };
    case 3: return { kind: "conflictingParts", index: from.u16(), first: readHead(from), firstPart: readProof(from), second: readHead(from), secondPart: readProof(from) };
    case 4: return { kind: "partsBeyondLast", first: readHead(from), second: readHead(from) };
    default: throw new ProtocolError(`evidence of kind ${kind} is none`);
  }
}

function readHead(from: BodyReader): ClaimedHead {
  const head = {
    stream: from.u256(), run: from.u64(), track: from.u16(), window: from.u32(), count: from.u16(), root: from.bytes(32), byteLength: from.u64(),
    leafCount: from.u32(), prev: from.bytes(32), initHash: from.bytes(32), time: from.u64(), flags: from.u8(),
  };
  return { head, signature: from.bytes(65) };
}

function readReceipt(from: BodyReader): Receipt {
  return {
    type: "receipt", relay: from.address(), purse: from.address(), headDigest: from.bytes(32), servedRoot: from.bytes(32), byteLength: from.u64(), time: from.u64(),
    signature: from.bytes(65),
  };
}

function readProof(from: BodyReader): PartProof {
  const node = from.bytes(32), count = from.u8();
  if (count > MAX_SIBLINGS) throw new ProtocolError(`a proof has at most ${MAX_SIBLINGS} siblings, not ${count}`);
  return { node, siblings: Array.from({ length: count }, () => from.bytes(32)) };
}
