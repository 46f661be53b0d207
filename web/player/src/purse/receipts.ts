import { equal, toHex } from "@clustercast/verifier";
import type { SignedHead } from "../windows/index.ts";
import type { Receipt } from "../wire/index.ts";

/** What a receipt turns out to be. `unknown` names a head that was not seen here to its end. */
export type ReceiptVerdict = "true" | "false" | "unsigned" | "foreign" | "unknown";

const KEPT = 64;

/** The receipts that one relay owes for the windows it served whole, and the last heads by which they are judged. */
export class ReceiptBook {
  readonly #heads = new Map<string, SignedHead>();
  readonly #owed = new Set<number>();
  received = 0;

  constructor(private readonly relay: string, private readonly purse: string, private readonly isSigned: (receipt: Receipt) => boolean) {}

  /** A window ended. `whole`: this relay served every byte of it, so it owes a receipt. */
  windowEnded(head: SignedHead, whole: boolean): void {
    this.#heads.set(toHex(head.digest), head);
    if (whole) this.#owed.add(head.head.window);
    for (const old of [...this.#heads.keys()].slice(0, -KEPT)) this.#heads.delete(old);
  }

  judge(receipt: Receipt): { verdict: ReceiptVerdict; head: SignedHead | null } {
    if (receipt.relay !== this.relay || receipt.purse !== this.purse) return { verdict: "foreign", head: null };
    if (!this.isSigned(receipt)) return { verdict: "unsigned", head: null };
    const head = this.#heads.get(toHex(receipt.headDigest));
    if (!head) return { verdict: "unknown", head: null };
    this.received++;
    this.#owed.delete(head.head.window);
    return { verdict: equal(head.head.root, receipt.servedRoot) ? "true" : "false", head };
  }

  /** Whether a receipt is missing when `window` has begun: those of the window before the last are due by then. */
  overdue(window: number): boolean {
    for (const owed of this.#owed) if (owed + 1 < window) return true;
    return false;
  }

  get owing(): number { return this.#owed.size; }
}
