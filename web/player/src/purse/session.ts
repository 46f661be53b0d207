import { equal, fromHex, toHex } from "@clustercast/verifier";
import type { FrameOf, Offer } from "../wire/index.ts";
import type { Account } from "./ledger.ts";
import type { Purse } from "./purse.ts";
import { maxTicketBytes } from "./tariff.ts";

/** How a session reaches its relay and its owner. */
export interface SessionLinks {
  send(frame: FrameOf<"sessionOpen"> | FrameOf<"sessionClose">): void;
  sendBytes(bytes: Uint8Array<ArrayBuffer>): void;
  /** The session cannot go on with this relay; one sentence. */
  leave(why: string): void;
}

const FREE = 8;
// As the purse of the command line (spec/tickets.md, "Bytes that were lost").
const WITHHELD_AFTER = 1_000;
const AHEAD_INTERVAL = 60_000;
const MAX_AHEAD = 520_000n;
const LEAF = 16_384n;

/** One purse paying one relay over one connection: a ticket on each offer, for verified bytes only (spec/tickets.md). */
export class Session {
  readonly #account: Account;
  #offer: Offer | null = null;
  #price: bigint | null = null;
  #unpriced = 0n;
  #stopped = false;
  #withheld: (() => void) | null = null;
  #closing: { done: () => void; sent: boolean } | null = null;
  /** The relay serves for nothing. */
  free = false;

  constructor(private readonly purse: Purse, private readonly relay: string, private readonly stream: bigint, private readonly links: SessionLinks) {
    this.#account = purse.ledger.of(relay);
  }

  /** Micro-USDC per 1e9 bytes; null before the first offer. */
  get price(): bigint | null { return this.#price; }

  /** Opens the session; a ticket that was lost with the last connection goes out again. */
  open(): void {
    this.links.send(this.purse.openSession(this.relay));
    const lost = this.#account.unacknowledged;
    if (lost) this.links.sendBytes(fromHex(lost.frame) as Uint8Array<ArrayBuffer>);
  }

  /** Counts a leaf that has verified. */
  verified(bytes: number): void {
    const count = BigInt(bytes);
    this.#account.debt += count;
    this.#account.verified += count;
    if (this.#price === null) this.#unpriced += count;
    else this.#account.cost += count * this.#price;
    this.#pay();
  }

  offered(offer: Offer): void {
    if (equal(offer.acked, offer.commit)) return this.#noticed(offer);
    const lost = this.#account.unacknowledged;
    if (lost && lost.commit === toHex(offer.acked)) this.#account.unacknowledged = null;
    if (!this.#stopped && !this.#closing?.sent) {
      const fault = this.#account.used.has(toHex(offer.commit)) ? "The relay offered one commitment twice." : this.purse.faultOf(offer, this.stream);
      if (fault) return this.links.leave(fault);
      this.#setPrice(offer.price);
      this.#offer = { ...offer, commit: offer.commit.slice() };
      this.#pay();
    }
    this.#finish();
  }

  ticketRefused(frame: FrameOf<"ticketRefused">): void {
    const lost = this.#account.unacknowledged;
    if (!lost || !equal(fromHex(lost.commit), frame.commit)) return;
    // Signing is paying: the relay may still hold the ticket, so the bytes are not signed for again.
    this.#account.unacknowledged = null;
    this.purse.ledger.save();
    this.#finish();
    if (!this.#closing) this.links.leave(`The relay refused a ticket: ${frame.reason || `code ${frame.code}`}.`);
  }

  sessionRefused(frame: FrameOf<"sessionRefused">): void {
    if (frame.code === FREE) {
      this.free = true;
      this.#setPrice(0n);
      this.#account.debt = 0n;
      return;
    }
    this.links.leave(`The relay refused the session: ${frame.reason || `code ${frame.code}`}.`);
  }

  /** Signs no more tickets. */
  stop(): void {
    this.#stopped = true;
    this.#withheld?.();
  }

  /** Pays what is left, says SessionClose, and resolves when the relay has acknowledged; the caller bounds the wait. */
  close(): Promise<void> {
    return new Promise((done) => {
      this.#closing = { done, sent: false };
      this.#withheld?.();
      this.#pay();
      this.#finish();
    });
  }

  #setPrice(price: bigint): void {
    this.#price = price;
    this.#account.cost += this.#unpriced * price;
    this.#unpriced = 0n;
  }

  /** The relay says that the credit is used up. What was on the way may verify yet; then the rest is paid, with a part ahead. */
  #noticed(offer: Offer): void {
    if (this.#stopped || this.#closing || this.#withheld || !this.#offer || !equal(this.#offer.commit, offer.commit)) return;
    const cancel = this.purse.context.clock.after(WITHHELD_AFTER, () => {
      this.#withheld = null;
      this.#payWithheld();
    });
    this.#withheld = () => {
      cancel();
      this.#withheld = null;
    };
  }

  #payWithheld(): void {
    const offer = this.#offer, account = this.#account, now = this.purse.context.clock.now();
    if (!offer || this.#stopped || this.#closing || account.unacknowledged) return;
    const fits = maxTicketBytes(offer.price, BigInt(offer.faceValue)) - account.debt;
    if (account.aheadAt === null || now - account.aheadAt >= AHEAD_INTERVAL) {
      const ahead = [BigInt(offer.ticketBytes) + LEAF, MAX_AHEAD, fits].reduce((least, bytes) => (bytes < least ? bytes : least));
      if (ahead > 0n) {
        account.aheadAt = now;
        account.ahead += ahead;
        account.debt += ahead;
      }
    }
    this.#pay(true);
  }

  #pay(everything = this.#closing !== null): void {
    const offer = this.#offer, account = this.#account;
    if (!offer || this.#stopped || this.free || account.unacknowledged) return;
    // Half of the credit where that is less: the relay stops sending at the credit, before a whole ticket is due.
    const whole = BigInt(offer.ticketBytes), half = BigInt(Math.max(1, offer.creditBytes >> 1));
    const due = everything ? 1n : whole < half ? whole : half;
    if (account.debt < due) return;
    const fits = maxTicketBytes(offer.price, BigInt(offer.faceValue));
    const most = everything || whole > fits ? fits : whole;
    const frame = this.purse.signTicket(offer, this.relay, account, account.debt < most ? account.debt : most);
    this.#offer = null;
    this.#withheld?.();
    const commit = toHex(offer.commit);
    account.use(commit);
    account.unacknowledged = { commit, frame: toHex(frame) };
    this.purse.ledger.save();
    this.links.sendBytes(frame);
  }

  #finish(): void {
    const closing = this.#closing;
    if (!closing) return;
    const settled = this.#account.debt === 0n || this.#offer === null && !this.#account.unacknowledged || this.#stopped || this.free;
    if (!closing.sent && settled) {
      closing.sent = true;
      this.purse.ledger.save();
      this.links.send({ type: "sessionClose", purse: this.purse.address });
    }
    if (closing.sent && !this.#account.unacknowledged) closing.done();
  }
}
