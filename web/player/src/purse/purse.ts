import { toUint, digest, type Domains, type LocalKey } from "../signing/index.ts";
import { encode, type FrameOf, type Offer } from "../wire/index.ts";
import type { Verifier } from "@clustercast/verifier";
import type { Clock, RandomSource } from "../clock.ts";
import type { Account, Ledger } from "./ledger.ts";
import { scaledValue, winProbability } from "./tariff.ts";

/** What the viewer sets. */
export interface SpendingRules {
  /** Micro-USDC per 1e9 bytes. */
  ceilingPrice: bigint;
  /** Largest ticket that an offer may ask for, bytes. */
  maxTicketBytes: number;
}

export interface PurseContext {
  verifier: Verifier;
  domains: Domains;
  clock: Clock;
  random: RandomSource;
  /** Seconds in an epoch: a constant of TicketBroker. */
  epochSeconds: number;
}

/** The viewer's balance and spending rules, and the viewing key that signs tickets. */
export class Purse {
  #balance: bigint | null = null;

  constructor(
    readonly context: PurseContext, readonly key: LocalKey, readonly ledger: Ledger, readonly rules: SpendingRules,
  ) {}

  get address(): string { return this.key.address; }

  /** Micro-USDC on chain that is not leaving; 0 before it was read. */
  get balance(): bigint { return this.#balance ?? 0n; }
  set balance(value: bigint) { this.#balance = value; }
  /** Whether a session is worth opening: false once the balance was read and is nothing. */
  get mayPay(): boolean { return this.#balance !== 0n; }

  /** A signed SessionOpen for a relay. */
  openSession(relay: string): FrameOf<"sessionOpen"> {
    const { verifier, domains, clock, random } = this.context;
    const fields = { purse: this.address, relay, nonce: random(32), time: BigInt(clock.now()) };
    return { type: "sessionOpen", ...fields, signature: this.key.sign(digest(verifier, domains.relayStaking, "SessionOpen", fields)) };
  }

  /** Why an offer is refused, in one sentence, or null where it is fine. */
  faultOf(offer: Offer, stream: bigint): string | null {
    const { ceilingPrice, maxTicketBytes } = this.rules;
    if (offer.stream !== stream) return "The relay's offer is for another stream.";
    if (offer.price > ceilingPrice) return `The relay asks ${usdPerGb(offer.price)} a GB; your ceiling is ${usdPerGb(ceilingPrice)}.`;
    if (BigInt(offer.faceValue) * 10n > this.balance) return "The relay's tickets are larger than a tenth of your purse; fund the purse.";
    if (offer.ticketBytes === 0 || offer.ticketBytes > maxTicketBytes) return `The relay's ticket size of ${offer.ticketBytes} bytes is out of bounds.`;
    if (winProbability(offer.price, BigInt(offer.ticketBytes), BigInt(offer.faceValue)) === null) return "The relay's face value is below the price of one ticket.";
    return null;
  }

  /** Signs one ticket on an offer, for `bytes` that the offer's face value can pay. The account is charged before the ticket leaves. */
  signTicket(offer: Offer, relay: string, account: Account, bytes: bigint): Uint8Array<ArrayBuffer> {
    const { verifier, domains, clock, random, epochSeconds } = this.context;
    const winProb = winProbability(offer.price, bytes, BigInt(offer.faceValue));
    if (winProb === null) throw new RangeError("a ticket cannot pay the face value or more");
    const ticket = {
      relay, stream: offer.stream, terms: offer.terms, commit: offer.commit.slice(), salt: toUint(random(16)),
      faceValue: offer.faceValue, winProb, epoch: Math.floor(clock.now() / 1000 / epochSeconds),
    };
    const signature = this.key.sign(digest(verifier, domains.ticketBroker, "Ticket", ticket));
    account.debt -= bytes;
    account.paid += bytes;
    this.ledger.signed(scaledValue(winProb, BigInt(offer.faceValue)));
    return encode({ type: "ticket", ...ticket, bytes: Number(bytes), signature });
  }
}

/** A price as people read it, with two to four decimals. Not by Intl: a page that begins waits for its tables. */
export function usdPerGb(price: bigint): string { return `$${(Number(price) / 1e6).toFixed(4).replace(/0{1,2}$/, "")}`; }
