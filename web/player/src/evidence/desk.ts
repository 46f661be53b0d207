import { toHex, type Verifier } from "@clustercast/verifier";
import type { Clock } from "../clock.ts";
import { domainOf, equivocation, falseReceipt, type EvidenceFile } from "../purse/evidence.ts";
import type { Deployment, Domains } from "../signing/index.ts";
import { headToJson, type SignedHead } from "../windows/head.ts";
import type { SigningKeys } from "../windows/windowVerifier.ts";
import type { FrameOf, Receipt } from "../wire/frames.ts";
import { judge, type Proven } from "./judge.ts";
import { readOffence, timeOf, type Offence } from "./offence.ts";

/** What a piece of evidence turned out to be: a relay or a key of this stream that is proven false, or bytes whose signatures prove nothing. */
export type Finding = { kind: "relay"; relay: string } | { kind: "key"; key: string } | { kind: "forged" };

const KEPT_FILES = 32;
const KEPT_HEADS = 512;
const MAX_PROVEN = 512;
const LIFE_MS = 3_600_000;
const AHEAD_MS = 60_000;
const BURST = 32;

/**
 * Takes and finds evidence, and decides it by the same rules as a node (spec/wire.md, Evidence). A key that contradicted itself is a signing key no longer; a relay
 * that is proven false is not used again. Files, heads and offenders are bounded: the first files and offenders and the newest heads are kept.
 */
export class EvidenceDesk implements SigningKeys {
  readonly files: EvidenceFile[] = [];
  readonly #relays = new Set<string>();
  readonly #keys = new Set<string>();
  readonly #heads = new Map<string, SignedHead>();

  constructor(
    private readonly context: { verifier: Verifier; domains: Domains; clock: Clock }, private readonly deployment: Deployment, private readonly stream: bigint,
    private readonly keys: SigningKeys,
  ) {}

  isSigningKey(key: string, time: bigint): boolean { return !this.#keys.has(key) && this.keys.isSigningKey(key, time); }
  /** Whether a key of this stream is proven false. */
  isFalseKey(key: string): boolean { return this.#keys.has(key); }
  /** Whether a relay is proven false. */
  isFalseRelay(node: string): boolean { return this.#relays.has(node); }

  /** Takes a relay's evidence. null where it says nothing new or nothing that counts here. Throws ProtocolError for what is no evidence at all. */
  take(frame: FrameOf<"evidence">): Finding | null {
    const { verifier, domains, clock } = this.context;
    const offence = readOffence(frame.kind, frame.bytes), now = clock.now(), time = Number(timeOf(offence));
    if (time > now + AHEAD_MS || time + LIFE_MS < now) return null;
    const proven = judge(verifier, domains, offence);
    if (!proven) return { kind: "forged" };
    // The delegation is not the sender's to answer for: it may have read the chain at another time. Only this stream's keys are known here.
    if (!proven.heads.every(({ head, signer }) => head.stream === this.stream && this.keys.isSigningKey(signer, head.time))) return null;
    return this.#accept(offence.kind === "falseReceipt" ? { kind: "relay", relay: proven.offender } : { kind: "key", key: proven.offender }, this.#fileOf(offence, proven));
  }

  /** A relay's receipt, received here, contradicts the head that it names. */
  falseReceipt(head: SignedHead, receipt: Receipt): void {
    this.#accept({ kind: "relay", relay: receipt.relay }, falseReceipt(this.deployment, head, receipt));
  }

  /** A head has verified; null unless it contradicts one that has verified before. */
  head(head: SignedHead): Finding | null {
    const place = `${head.head.run}:${head.head.track}:${head.head.window}:${head.head.count}`;
    const known = this.#heads.get(place), file = known && equivocation(this.deployment, known, head);
    this.#heads.set(place, head);
    if (this.#heads.size > KEPT_HEADS) this.#heads.delete(this.#heads.keys().next().value!);
    return file ? this.#accept({ kind: "key", key: head.signer }, file) : null;
  }

  /** One offence of each relay and of each key is enough. */
  #accept(finding: Exclude<Finding, { kind: "forged" }>, file: EvidenceFile): Finding | null {
    const [known, offender] = finding.kind === "relay" ? [this.#relays, finding.relay] : [this.#keys, finding.key];
    if (known.has(offender) || known.size >= MAX_PROVEN) return null;
    known.add(offender);
    if (this.files.length < KEPT_FILES) this.files.push(file);
    return finding;
  }

  #fileOf(offence: Offence, { heads: [first, second] }: Proven): EvidenceFile {
    if (offence.kind === "falseReceipt") return falseReceipt(this.deployment, first!, offence.receipt);
    const [a, b] = offence.kind === "partsBeyondLast" ? ["last", "beyond"] : ["first", "second"];
    return {
      kind: offence.kind, domain: domainOf(this.deployment), [a!]: headToJson(first!.head), [`${a}Signature`]: toHex(first!.signature),
      [b!]: headToJson(second!.head), [`${b}Signature`]: toHex(second!.signature),
      ...(offence.kind === "conflictingParts" ? {
        index: String(offence.index), firstNode: toHex(offence.firstPart.node), firstSiblings: offence.firstPart.siblings.map(toHex),
        secondNode: toHex(offence.secondPart.node), secondSiblings: offence.secondPart.siblings.map(toHex),
      } : {}),
    };
  }
}

/** How much evidence one relay may send: 32 at once and one a second. */
export class EvidenceAllowance {
  #left = BURST;
  #at: number;
  constructor(private readonly clock: Clock) { this.#at = clock.now(); }

  /** Whether one more is looked at. */
  take(): boolean {
    const now = this.clock.now();
    this.#left = Math.min(BURST, this.#left + Math.max(0, now - this.#at) / 1000);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
