import { PRICE_BYTES } from "./tariff.ts";

/** Where a page keeps a few strings: localStorage, or a map in tests. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEPT_COMMITS = 4_096;

/** What one purse owes one relay, carried over sessions. */
export class Account {
  /** Verified bytes that no ticket has paid for. */
  debt = 0n;
  /** Bytes paid by tickets, and verified, since this page began. */
  paid = 0n;
  verified = 0n;
  /** Sum of price times bytes over verified bytes, in 1e-9 micro-USDC. */
  cost = 0n;
  /** Those of the bytes paid that were paid ahead, and when the last were, Unix ms. */
  ahead = 0n;
  aheadAt: number | null = null;
  /** The signed ticket that has not been acknowledged, whole frame, to be resent byte for byte. */
  unacknowledged: { commit: string; frame: string } | null = null;
  /** Commitments that already carry a ticket: one ticket a commitment. */
  readonly used = new Set<string>();

  use(commit: string): void {
    this.used.add(commit);
    if (this.used.size > KEPT_COMMITS) this.used.delete(this.used.values().next().value!);
  }
}

interface Saved { debt: string; unacknowledged: Account["unacknowledged"] }

/** The accounts of one purse. Debts and unacknowledged tickets survive a reload. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  #signed = 0n;
  tickets = 0;

  /** @param name tells one purse on one chain from others in the store. */
  constructor(private readonly store: Store, private readonly name: string) {
    for (const [relay, saved] of Object.entries(this.#read())) {
      const account = new Account();
      account.debt = BigInt(saved.debt);
      account.unacknowledged = saved.unacknowledged;
      this.#accounts.set(relay, account);
    }
  }

  of(relay: string): Account {
    let account = this.#accounts.get(relay);
    if (!account) this.#accounts.set(relay, account = new Account());
    return account;
  }

  /** Counts a signed ticket by its average value in 2^-64 micro-USDC. */
  signed(value: bigint): void {
    this.#signed += value;
    this.tickets++;
  }

  /** Average value of all signed tickets, micro-USDC, rounded down. */
  get signedValue(): bigint { return this.#signed >> 64n; }
  /** Price of all verified bytes, micro-USDC, rounded down. */
  get cost(): bigint { return this.#cost / PRICE_BYTES; }
  /** The same exactly: micro-USDC with up to nine decimals. */
  get exactCost(): string {
    const cost = this.#cost;
    const fraction = (cost % PRICE_BYTES).toString().padStart(9, "0").replace(/0+$/, "");
    return `${cost / PRICE_BYTES}${fraction && "."}${fraction}`;
  }
  get #cost(): bigint { return [...this.#accounts.values()].reduce((sum, a) => sum + a.cost, 0n); }
  get paid(): bigint { return [...this.#accounts.values()].reduce((sum, a) => sum + a.paid, 0n); }

  save(): void {
    const accounts = [...this.#accounts].filter(([, a]) => a.debt > 0n || a.unacknowledged).slice(-256);
    const saved = Object.fromEntries(accounts.map(([relay, a]) => [relay, { debt: a.debt.toString(), unacknowledged: a.unacknowledged }]));
    try {
      this.store.setItem(this.name, JSON.stringify(saved));
    } catch {
      // A full or forbidden store costs at most the memory of one unit of credit; it must not stop the picture.
    }
  }

  #read(): Record<string, Saved> {
    try {
      return JSON.parse(this.store.getItem(this.name) ?? "{}") as Record<string, Saved>;
    } catch {
      return {};
    }
  }
}
