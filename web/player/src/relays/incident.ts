import { LEAF_BYTES, toHex } from "@clustercast/verifier";
import { domainOf, type EvidenceFile } from "../purse/index.ts";
import type { Deployment } from "../signing/index.ts";
import { headToJson, type LeafProof, type Refusal } from "../windows/index.ts";

/** A file of spec/evidence.md: what this viewer saw. It convinces nobody else. */
export type Incident = Record<string, unknown> & { kind: "corruptLeaf" | "corruptHead"; domain: EvidenceFile["domain"]; node: string };

/** Writes an incident; null for a contradiction that no single leaf or head shows. Integers are decimal strings, bytes hex. */
export function incidentOf(deployment: Deployment, node: string, refusal: Refusal): Incident | null {
  const { head, headSignature, part, leaf, leafBytes, expectedLeafHash, actualLeafHash, proof } = refusal;
  if (!head || !headSignature) return null;
  const common = {
    domain: domainOf(deployment), node, stream: head.stream.toString(), run: head.run.toString(), track: String(head.track), window: String(head.window),
    head: headToJson(head), headSignature: toHex(headSignature),
  };
  if (refusal.kind === "badSignature") return { kind: "corruptHead", ...common };
  if (part === undefined || leaf === undefined || !leafBytes || !expectedLeafHash || !actualLeafHash || !proof) return null;
  return {
    kind: "corruptLeaf", ...common, part: String(part), leaf: String(leaf), offset: String(leaf * LEAF_BYTES),
    expectedLeafHash: toHex(expectedLeafHash), actualLeafHash: toHex(actualLeafHash), leafBytes: toHex(leafBytes), proof: proofToJson(proof),
  };
}

function proofToJson(proof: LeafProof): Record<string, string | string[]> {
  return {
    byteLength: String(proof.byteLength), time: proof.time.toString(), flags: String(proof.flags), leavesRoot: toHex(proof.leavesRoot),
    leafSiblings: proof.leafSiblings.map(toHex), partSiblings: proof.partSiblings.map(toHex),
  };
}
