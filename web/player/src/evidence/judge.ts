import { equal, type Verifier } from "@clustercast/verifier";
import { isReceiptSigned } from "../purse/evidence.ts";
import type { Domains } from "../signing/index.ts";
import { headDigest, LAST, type SignedHead } from "../windows/head.ts";
import { rootOver } from "../windows/proof.ts";
import type { ClaimedHead, Offence, PartProof } from "./offence.ts";

/** An offence that the signatures bear out; whether the signers of `heads` were delegated is another question. */
export interface Proven { offender: string; heads: SignedHead[] }

const PLACE = ["stream", "run", "track", "window"] as const;

/** Decides an offence as spec/evidence.md says; null where its signatures do not bear it out. */
export function judge(verifier: Verifier, domains: Domains, offence: Offence): Proven | null {
  const signed = ({ head, signature }: ClaimedHead): SignedHead => {
    const digest = headDigest(verifier, domains.streamKeys, head);
    return { head, digest, signature, signer: verifier.recoverAddress(digest, signature) ?? "" };
  };
  if (offence.kind === "falseReceipt") {
    const { receipt } = offence, head = signed(offence.head);
    const isFalse = head.signer !== "" && isReceiptSigned(verifier, domains, receipt) && equal(receipt.headDigest, head.digest) && !equal(receipt.servedRoot, head.head.root);
    return isFalse ? { offender: receipt.relay, heads: [head] } : null;
  }
  const first = signed(offence.first), second = signed(offence.second), [a, b] = [first.head, second.head];
  if (PLACE.some((field) => a[field] !== b[field]) || first.signer === "" || first.signer !== second.signer || !contradict(verifier, offence)) return null;
  return { offender: first.signer, heads: [first, second] };
}

function contradict(verifier: Verifier, offence: Exclude<Offence, { kind: "falseReceipt" }>): boolean {
  const a = offence.first.head, b = offence.second.head;
  switch (offence.kind) {
    case "equivocation": return a.count === b.count && !(equal(a.root, b.root) && equal(a.prev, b.prev) && equal(a.initHash, b.initHash));
    case "partsBeyondLast": return (a.flags & LAST) !== 0 && b.count > a.count;
    case "conflictingParts": {
      const holds = (part: PartProof, { count, root }: typeof a): boolean => {
        const reached = rootOver(verifier, part.node, offence.index, count, part.siblings);
        return reached !== null && equal(reached, root);
      };
      return holds(offence.firstPart, a) && holds(offence.secondPart, b) && !equal(offence.firstPart.node, offence.secondPart.node);
    }
  }
}
