import { WebSocket } from "ws";
import { expect } from "vitest";
import { concat, type Verifier } from "@clustercast/verifier";
import { systemClock, systemRandom } from "@clustercast/player/clock";
import { Counters } from "@clustercast/player/counters";
import { Ledger, Purse } from "@clustercast/player/purse/index";
import { Reachability, Subscription, type ReadableKeys, type Socket } from "@clustercast/player/relays/index";
import { LocalKey, type Domains } from "@clustercast/player/signing/index";
import { Timeline } from "@clustercast/player/timeline";
import type { VerifiedPart } from "@clustercast/player/windows/index";
import { Broadcaster } from "./broadcaster.ts";
import { Hub } from "./hub.ts";
import { seeded } from "./random.ts";
import { MapStore } from "./store.ts";
import { TestRelay, type Misbehaviour, type RelayOptions } from "./relay.ts";
import { deployment } from "./stage.ts";

/** Parts of a window in a scene. */
export const PARTS_A_WINDOW = 5;
const WAIT_MS = 20_000;
const random = seeded(99);

/** A broadcast of random bytes that grows when the test says so, relays around it, and one viewer. */
export class Scene {
  readonly key: LocalKey;
  readonly run = BigInt(Date.now());
  readonly sent: Uint8Array[] = [];
  readonly got: VerifiedPart[] = [];
  readonly counters = new Counters();
  readonly relays: TestRelay[] = [];
  hub: Hub;
  purse: Purse;
  delegated: Set<string>;
  pending: string[] = [];
  ready: Promise<void> = Promise.resolve();
  subscription!: Subscription;
  #changes: (() => void)[] = [];
  readonly #verifier: Verifier;
  readonly #domains: Domains;

  constructor(verifier: Verifier, domains: Domains) {
    this.#verifier = verifier;
    this.#domains = domains;
    this.key = LocalKey.fresh(verifier);
    this.hub = this.#broadcast(this.key, this.run);
    this.purse = new Purse(
      { verifier, domains, clock: systemClock, random: systemRandom, epochSeconds: 86_400 }, LocalKey.fresh(verifier),
      new Ledger(new MapStore(), "x"), { ceilingPrice: 2_000_000n, maxTicketBytes: 16_000_000 });
    this.delegated = new Set([this.key.address]);
  }

  #broadcast(key: LocalKey, run: bigint): Hub {
    return new Hub(new Broadcaster(this.#verifier, this.#domains.streamKeys, key, 1n, run, 480, random.bytes(600)));
  }

  /** Grows the broadcast by `count` parts. */
  grow(count: number): void {
    for (let i = 0; i < count; i++) {
      const bytes = random.bytes(1 + random.below(40_000));
      this.hub.add({ bytes, idr: this.sent.length % PARTS_A_WINDOW === 0, time: BigInt(Date.now()) });
      this.sent.push(bytes);
    }
  }

  /** Grows part by part; each has arrived before the next is made. */
  async follow(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const before = this.got.length;
      this.grow(1);
      await this.until(() => this.got.length > before);
    }
  }

  /** The broadcaster begins a new run with another key. */
  restart(key: LocalKey): void {
    this.hub = this.#broadcast(key, this.run + 1_000n);
    this.sent.length = 0;
    this.got.length = 0;
  }

  async relay(misbehaviour: Misbehaviour = {}, options: Partial<RelayOptions> = {}): Promise<TestRelay> {
    const relay = await TestRelay.start({ verifier: this.#verifier, domains: this.#domains, hub: this.hub, misbehaviour, ...options });
    this.relays.push(relay);
    return relay;
  }

  watch(stallAfterMs = 60_000): void {
    this.purse.balance = 5_000_000n;
    const keys: ReadableKeys = {
      ready: this.ready, isSigningKey: (k) => this.delegated.has(k),
      refresh: () => { for (const k of this.pending.splice(0)) this.delegated.add(k); return Promise.resolve(); },
    };
    const context = {
      verifier: this.#verifier, domains: this.#domains, chainId: 31337n, clock: systemClock, random: systemRandom, openSession: null, reachability: new Reachability(), timeline: new Timeline(0),
      openSocket: (url: string, protocol: string) => new WebSocket(url, protocol) as unknown as Socket,
    };
    this.subscription = new Subscription(context, {
      stream: 1n, track: 480, deployment, keys, purse: this.purse, stallAfterMs, moreRecords: () => {},
      onPart: (part) => { this.got.push(part); this.#tell(); }, onChange: () => this.#tell(),
    }, this.counters);
    this.subscription.start();
  }

  add(...relays: TestRelay[]): void { for (const relay of relays) this.subscription.add(relay.record()); }

  /** Resolves when `condition` holds; asked after each change and every 20 ms. */
  async until(condition: () => boolean): Promise<void> {
    const end = Date.now() + WAIT_MS;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${condition.toString()}; ${this.subscription.trouble}`);
      await new Promise<void>((next) => { this.#changes.push(next); setTimeout(next, 20); });
    }
  }

  #tell(): void { for (const next of this.#changes.splice(0)) next(); }

  /** What arrived is what was sent from part `from` on, in order and without a gap. */
  expectWhole(from = 0): void {
    const sent = this.sent.slice(from);
    expect(this.got.map((p) => p.bytes.length)).toEqual(sent.map((b) => b.length));
    expect(concat(...this.got.map((p) => p.bytes))).toEqual(concat(...sent));
  }

  async end(): Promise<void> {
    await this.subscription?.stop();
    await Promise.all(this.relays.map((r) => r.stop().catch(() => {})));
  }
}
