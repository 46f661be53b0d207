import { LEAF_BYTES, toHex } from "@clustercast/verifier";
import { headToJson, type Refusal } from "../windows/index.ts";

/** A file of spec/evidence.md: what this viewer saw. It convinces nobody else. */
export type Incident = Record<string, unknown> & { kind: string; node: string };

/** Writes an incident. Integers are decimal strings, bytes hex. */
export function incidentOf(node: string, place: { stream: bigint; run: bigint; track: number }, refusal: Refusal, time: number): Incident {
  const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && toHex(bytes);
  const text = (value: number | undefined): string | undefined => value?.toString();
  return {
    kind: refusal.kind, time: String(time), node, stream: place.stream.toString(), run: place.run.toString(), track: String(place.track),
    window: text(refusal.window), part: text(refusal.part), leaf: text(refusal.leaf),
    offset: refusal.leaf === undefined ? undefined : String(refusal.leaf * LEAF_BYTES),
    expectedLeafHash: hex(refusal.expectedLeafHash), actualLeafHash: hex(refusal.actualLeafHash), leafBytes: hex(refusal.leafBytes),
    head: refusal.head && headToJson(refusal.head), headSignature: hex(refusal.headSignature), signer: refusal.signer ?? undefined,
    proof: refusal.proof?.map(toHex),
  };
}
