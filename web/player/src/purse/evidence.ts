import { equal, toHex, type Verifier } from "@clustercast/verifier";
import { digest, type Deployment, type Domains } from "../signing/index.ts";
import type { Receipt } from "../wire/index.ts";
import { headToJson, type SignedHead } from "../windows/index.ts";

/** A file of spec/evidence.md. */
export interface EvidenceFile {
  kind: "falseReceipt" | "equivocation" | "conflictingParts" | "partsBeyondLast";
  domain: { chainId: string; streamKeys: string; relayStaking: string };
  [field: string]: unknown;
}

/** The domain that evidence and incidents name. */
export function domainOf(deployment: Deployment): EvidenceFile["domain"] {
  return { chainId: deployment.chainId.toString(), streamKeys: deployment.streamKeys.toLowerCase(), relayStaking: deployment.relayStaking.toLowerCase() };
}

/** Whether the relay that a receipt names has signed it. */
export function isReceiptSigned(verifier: Verifier, domains: Domains, receipt: Receipt): boolean {
  return verifier.recoverAddress(digest(verifier, domains.relayStaking, "Receipt", receipt), receipt.signature) === receipt.relay;
}

/** A receipt whose root contradicts the head that it names. */
export function falseReceipt(deployment: Deployment, head: SignedHead, receipt: Receipt): EvidenceFile {
  return {
    kind: "falseReceipt", domain: domainOf(deployment),
    head: headToJson(head.head), headSignature: toHex(head.signature),
    receipt: {
      relay: receipt.relay, purse: receipt.purse, headDigest: toHex(receipt.headDigest), servedRoot: toHex(receipt.servedRoot),
      byteLength: receipt.byteLength.toString(), time: receipt.time.toString(),
    },
    receiptSignature: toHex(receipt.signature),
  };
}

/** Two heads of one place by one key that differ in root, prev or initHash; null where they do not. */
export function equivocation(deployment: Deployment, first: SignedHead, second: SignedHead): EvidenceFile | null {
  const a = first.head, b = second.head;
  const samePlace = a.stream === b.stream && a.run === b.run && a.track === b.track && a.window === b.window && a.count === b.count;
  if (!samePlace || first.signer !== second.signer) return null;
  if (equal(a.root, b.root) && equal(a.prev, b.prev) && equal(a.initHash, b.initHash)) return null;
  return {
    kind: "equivocation", domain: domainOf(deployment), first: headToJson(a), firstSignature: toHex(first.signature),
    second: headToJson(b), secondSignature: toHex(second.signature),
  };
}
