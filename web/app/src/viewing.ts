import { ChainKeys, ChainReader, decodeAs, Ledger, Player, Purse, readDelegations, readPurse, systemClock, systemRandom, domainsOf, type Deployment, type ReadableKeys } from "@clustercast/player";
import { fromHex } from "@clustercast/verifier";
import { deposit, type Owner } from "./funding.ts";
import { portal } from "./portal.ts";
import type { Prepared } from "./prepared.ts";
import { settings } from "./settings.ts";

const MAX_TICKET_BYTES = 16_000_000;
const BALANCE_EVERY_MS = 500;
const BALANCE_TRIES = 60;
const RECORDS_EVERY_MS = 2_000;

/** One stream being watched: the player with the chain, the portal and the keys of this browser behind it. */
export class Viewing {
  readonly player: Player;
  readonly purse: Purse;
  readonly verifier: Prepared["verifier"];
  readonly config: Prepared["config"];
  readonly keyring: Prepared["keyring"];
  readonly chain: ChainReader;
  readonly #deployment: Deployment;
  #askedRecords = 0;

  /** @param askedAt when the page was asked to play, on the clock of `performance.now()`. */
  constructor({ verifier, config, keyring }: Prepared, readonly stream: bigint, video: HTMLVideoElement, askedAt: number, onChange: () => void) {
    [this.verifier, this.config, this.keyring] = [verifier, config, keyring];
    this.#deployment = { chainId: BigInt(config.chainId), streamKeys: config.streamKeys, relayStaking: config.relayStaking, ticketBroker: config.ticketBroker };
    this.chain = new ChainReader(verifier, settings.rpcUrl(config.rpcUrl));
    const key = keyring.viewingKey;
    const domains = domainsOf(verifier, this.#deployment);
    const ledger = new Ledger(localStorage, `clustercast:ledger:${config.chainId}:${config.ticketBroker.toLowerCase()}:${key.address}`);
    this.purse = new Purse(
      { verifier, domains, clock: systemClock, random: systemRandom, epochSeconds: config.epochSeconds }, key, ledger,
      { ceilingPrice: settings.ceilingPrice(), maxTicketBytes: MAX_TICKET_BYTES });
    this.player = new Player({
      verifier, deployment: this.#deployment, stream, track: 0, video, askedAt, purse: this.purse, onChange,
      keys: this.#keysAndBalance(stream, config.streamKeys), moreRecords: () => void this.loadRecords(),
    });
  }

  /** Takes the portal's relay records; each is checked by its own signature. */
  takeRecords(records: readonly string[]): void {
    for (const record of records) {
      try {
        this.player.addRecord(decodeAs("record", fromHex(record)));
      } catch (error) {
        console.warn(`A relay record is not readable: ${(error as Error).message}.`);
      }
    }
  }

  /** Asks the portal for records, at most every 2 s. */
  async loadRecords(): Promise<void> {
    if (Date.now() - this.#askedRecords < RECORDS_EVERY_MS) return;
    this.#askedRecords = Date.now();
    await portal.relays(this.stream).then((r) => this.takeRecords(r.records), (error: Error) => { this.player.subscription.trouble = error.message; });
  }

  async refreshBalance(): Promise<void> {
    const state = await readPurse(this.chain, this.config.ticketBroker, this.purse.address);
    this.purse.balance = state.balance - state.exiting;
  }

  /** Deposits and waits until the purse holds more, at most 30 s. Throws one sentence. */
  async fund(owner: Owner, amount: bigint): Promise<void> {
    const before = this.purse.balance;
    await deposit(this.verifier, this.chain, this.config, this.#deployment, this.keyring.viewingKey, owner, amount);
    for (let i = 0; i < BALANCE_TRIES; i++) {
      await this.refreshBalance();
      if (this.purse.balance > before) return this.player.subscription.funded();
      await new Promise((next) => setTimeout(next, BALANCE_EVERY_MS));
    }
    throw new Error("The deposit was sent but the chain has not confirmed it within 30 s; it will show here once it does.");
  }

  /** The keys, ready once the balance is known too: an offer is judged by it. */
  #keysAndBalance(stream: bigint, streamKeys: string): ReadableKeys {
    const keys = new ChainKeys(() => readDelegations(this.chain, streamKeys, stream));
    const balance = this.refreshBalance().catch(() => {});
    return {
      get ready() { return Promise.all([keys.ready, balance]).then(() => {}); },
      isSigningKey: (key, time) => keys.isSigningKey(key, time),
      refresh: () => keys.refresh(),
    };
  }
}
