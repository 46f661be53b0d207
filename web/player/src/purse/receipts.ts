import { equal, toHex } from "@clustercast/verifier";
import type { Clock } from "../clock.ts";
import type { SignedHead } from "../windows/index.ts";
import type { Receipt } from "../wire/index.ts";

/** What a receipt turns out to be. `unknown` names a head that was not seen yet; it is kept until that head comes. `untimely` is dated too far from now. */
export type ReceiptVerdict = "true" | "false" | "unsigned" | "foreign" | "untimely" | "unknown";

/** A receipt that contradicts the head that it names. */
export interface FalseReceipt { head: SignedHead; receipt: Receipt }

const KEPT_HEADS = 64;
const KEPT_EARLY = 8;
/** A false time would save a lying relay from the age limit of FraudProofs. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/**
 * The receipts that one relay owes for the windows it served whole, and the last heads by which they are judged. Receipts travel beside the media and may
 * overtake it: one may come before its head, or before the last leaf of its window.
 */
export class ReceiptBook {
  readonly #heads = new Map<string, SignedHead>();
  readonly #settled = new Set<string>();
  readonly #owed = new Map<string, number>();
  #early: Receipt[] = [];

  constructor(
    private readonly relay: string, private readonly purse: string, private readonly isSigned: (receipt: Receipt) => boolean, private readonly clock: Clock,
  ) {}

  /** A last head has verified. Returns the receipt that came before it and contradicts it, or null. */
  headVerified(head: SignedHead): FalseReceipt | null {
    const digest = toHex(head.digest);
    this.#heads.set(digest, head);
    for (const old of [...this.#heads.keys()].slice(0, -KEPT_HEADS)) {
      this.#heads.delete(old);
      this.#settled.delete(old);
    }
    const early = this.#early.find((receipt) => equal(receipt.headDigest, head.digest));
    if (!early) return null;
    this.#early = this.#early.filter((receipt) => receipt !== early);
    return this.#weigh(head, early) === "false" ? { head, receipt: early } : null;
  }

  /** This relay has served every byte of the head's window, so it owes a receipt. */
  servedWhole(head: SignedHead): void {
    const digest = toHex(head.digest);
    if (!this.#settled.has(digest)) this.#owed.set(digest, head.head.window);
  }

  judge(receipt: Receipt): { verdict: ReceiptVerdict; head: SignedHead | null } {
    if (receipt.relay !== this.relay || receipt.purse !== this.purse) return { verdict: "foreign", head: null };
    if (!this.isSigned(receipt)) return { verdict: "unsigned", head: null };
    if (Math.abs(Number(receipt.time) - this.clock.now()) > MAX_CLOCK_DIFFERENCE_MS) return { verdict: "untimely", head: null };
    const head = this.#heads.get(toHex(receipt.headDigest)) ?? null;
    if (head) return { verdict: this.#weigh(head, receipt), head };
    this.#early = [...this.#early, receipt].slice(-KEPT_EARLY);
    return { verdict: "unknown", head: null };
  }

  /** Whether a receipt is missing when `window` has begun: those of the window before the last are due by then. */
  overdue(window: number): boolean {
    for (const owed of this.#owed.values()) if (owed + 1 < window) return true;
    return false;
  }

  get owing(): number { return this.#owed.size; }

  #weigh(head: SignedHead, receipt: Receipt): "true" | "false" {
    const digest = toHex(head.digest);
    this.#settled.add(digest);
    this.#owed.delete(digest);
    return equal(head.head.root, receipt.servedRoot) ? "true" : "false";
  }
}
