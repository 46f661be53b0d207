import type { Counters } from "../counters.ts";
import { EvidenceAllowance, EvidenceDesk, type Finding } from "../evidence/index.ts";
import type { EvidenceFile } from "../purse/index.ts";
import { Playhead, type SignedHead, type VerifiedPart, type VerifiedTrack, WindowVerifier } from "../windows/index.ts";
import { ProtocolError, type FrameOf } from "../wire/index.ts";
import { type Candidate, Candidates } from "./candidates.ts";
import { Goodbye, RelayConnection, type ConnectionContext } from "./connection.ts";
import { incidentOf, type Incident } from "./incident.ts";
import { RelayLink, type Failure } from "./link.ts";
import { recordFault } from "./record.ts";
import { Silence } from "./silence.ts";
import type { SubscriptionOptions } from "./subscriptionOptions.ts";
import type { TransportKind } from "./transport.ts";

const CONNECT_MS = 3_000;
const CHECK_MS = 200;
const RETRY_MS = 500;
const FINISH_MS = 3_000;
/** Records live 90 s at most. */
const RECORDS_MS = 20_000;
const FUND = "Fund your purse to watch this stream.";
const SPARE_MS = 300;
const KEPT_FILES = 32;
const FALSE_KEY = "The broadcaster's signing key has contradicted itself; waiting for a new one.";

/**
 * Keeps one track coming: chooses a relay, verifies, and goes to the next one when it lies (it is banned, an incident is kept), stalls or dies, at the
 * part where the last one ended. A second relay is connected in advance; when the first one falls silent it is asked as well, and whoever delivers first stays.
 */
export class Subscription {
  readonly candidates: Candidates;
  readonly incidents: Incident[] = [];
  /** Node ids that served a verified leaf, in order of their first. */
  readonly relaysUsed: string[] = [];
  /** How the relay in use, or else the last one, is reached. */
  transport: TransportKind | null = null;
  /** One sentence about why nothing plays; empty while it does. */
  trouble = "";

  readonly #verified: VerifiedTrack = { newest: null };
  readonly #silence: Silence;
  readonly #playhead = new Playhead();
  readonly #desk: EvidenceDesk;
  #link: RelayLink | null = null;
  /** Asked beside a silent `#link`. */
  #second: RelayLink | null = null;
  #standby: RelayConnection | null = null;
  #opening = false;
  #preparing = false;
  #stopped = false;
  #progress = 0;
  #lastProgress = 0;
  #askedRecords = 0;
  readonly #finishing = new Set<Promise<void>>();
  readonly #bytes = new Map<RelayConnection, number>();
  #stopTimer: () => void = () => {};
  #stopAlarm: () => void = () => {};

  constructor(private readonly context: ConnectionContext, private readonly options: SubscriptionOptions, private readonly counters: Counters) {
    this.candidates = new Candidates(context.random);
    this.#silence = new Silence(context.clock, options.stallAfterMs);
    this.#desk = new EvidenceDesk(context, options.deployment, options.stream, options.keys);
  }

  /** What was proven against relays and keys, here or by others. */
  get evidence(): EvidenceFile[] { return this.#desk.files; }
  /** The relay in use. */
  get relay(): Candidate | null { return this.#link ? this.candidates.get(this.#link.node) ?? null : null; }
  /** The relay that is connected in advance. */
  get standby(): string | null { return this.#standby?.node ?? null; }
  /** How a connected relay is reached, and why not by WebTransport where that failed. */
  transportOf(node: string): { kind: TransportKind; why: string } | null {
    const connection = [this.#link?.connection, this.#standby].find((c) => c?.node === node);
    return connection ? { kind: connection.kind, why: connection.kind === "webTransport" ? "" : this.whyNoWebTransport(node) } : null;
  }
  /** Why WebTransport last failed at a relay; empty where it did not. */
  whyNoWebTransport(node: string): string { return this.context.reachability.why(node); }
  /** Its price, micro-USDC per 1e9 bytes, once it has made an offer. */
  get price(): bigint | null { return this.#link?.session?.price ?? null; }

  /** Takes a relay's record where it is signed and fresh. */
  add(record: Parameters<Candidates["add"]>[0]): void {
    const { verifier, domains, clock } = this.context;
    if (this.#desk.isFalseRelay(record.node) || recordFault(verifier, domains, record, clock.now()) !== null) return;
    this.candidates.add(record);
    this.context.timeline.mark("records");
    if (!this.#link && !this.#opening) void this.#next();
    else if (this.#progress > 0) void this.#prepare();
  }

  /** Begins; a relay is chosen with the first record. */
  start(): void {
    this.#askedRecords = this.context.clock.now();
    this.#tick();
  }

  /** The purse has been funded: the session opens where it was missing. */
  funded(): void {
    this.candidates.wake();
    if (this.#link) this.#link.openSession();
    else if (!this.#opening) void this.#next();
  }

  /** Pays what is owed and closes everything, within 3 s. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopTimer();
    this.#stopAlarm();
    this.#standby?.close(Goodbye.shuttingDown, "The viewer stopped.");
    for (const link of [this.#second, this.#link]) if (link) this.#part(link);
    await Promise.all(this.#finishing);
    this.#countBytes();
  }

  /** Brings `counters.receivedBytes` up to date. */
  count(): void { this.#countBytes(); }

  async #next(): Promise<void> {
    if (this.#opening || this.#link || this.#stopped) return;
    this.#opening = true;
    let link: RelayLink | null = null, used = false;
    try {
      // The relay is asked while the chain is still being read; what it sends waits for the keys.
      void this.options.keys.ready.then(() => this.context.timeline.mark("keys"), () => {});
      // Records come together: the choice is among all of them.
      await Promise.resolve();
      link = await this.#take();
      await this.options.keys.ready;
      if (link && !link.connection.closed && !this.#stopped) {
        used = true;
        this.#use(link);
      }
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    } finally {
      this.#opening = false;
      if (!used) link?.connection.close(Goodbye.shuttingDown, "Not needed.");
      if (!this.#link && !this.#stopped) this.context.clock.after(RETRY_MS, () => void this.#next());
      this.options.onChange();
    }
  }

  /** The relay that was connected in advance, or another one; asked already. */
  async #take(): Promise<RelayLink | null> {
    const { stream, track } = this.options, now = this.context.clock.now();
    const ready = this.#standby;
    this.#standby = null;
    // It may have been banned since it was made: while one relay fails, another connection to it can still be on its way.
    if (ready && !ready.closed && this.candidates.get(ready.node)!.bannedUntil <= now) return this.#ask(ready);
    ready?.close(Goodbye.shuttingDown, "Not needed.");
    const choice = this.candidates.choose(stream, track, now) ?? this.candidates.leastTired(now);
    if (choice) {
      let link: RelayLink | null = null;
      return await this.#connect(choice, (connection) => { link = this.#ask(connection); }) && link;
    }
    const banned = this.candidates.all.filter((c) => c.bannedUntil > now).length;
    if (this.candidates.all.length === 0) this.trouble = "No relay offers this stream yet; waiting for one.";
    else if (banned === this.candidates.all.length) this.trouble = `No relay is left: ${banned} banned for ten minutes; waiting for others.`;
    return null;
  }

  /** Connects a relay; `greet` has it before it has proved to be the one. */
  async #connect(candidate: Candidate, greet: (connection: RelayConnection) => void): Promise<RelayConnection | null> {
    try {
      const connection = await RelayConnection.open(this.context, candidate.record, CONNECT_MS, greet);
      this.context.timeline.mark("welcomed");
      candidate.roundTrip = connection.roundTrip;
      this.#bytes.set(connection, 0);
      return connection;
    } catch (error) {
      this.trouble = (error as Error).message;
      this.candidates.rest(candidate.node, this.context.clock.now(), this.#pause(candidate), this.trouble);
      return null;
    }
  }

  #use(link: RelayLink): void {
    this.#link = link;
    this.transport = link.connection.kind;
    this.#lastProgress = this.context.clock.now();
    this.#watch();
    if (this.#progress > 0) void this.#prepare();
    link.release();
  }

  /** A connection in advance: the relay only tells of itself and of others. */
  #idle(candidate: Candidate, connection: RelayConnection): void {
    const allowance = new EvidenceAllowance(this.context.clock);
    connection.onFrame = (frame, size) => {
      this.counters.controlBytes += size;
      if (frame.type === "record") this.add(frame);
      if (frame.type === "load") this.candidates.loaded(candidate.node, frame.percent);
      if (frame.type === "evidence" && allowance.take()) this.#evidence(frame, (why) => this.#dropStandby(connection, Goodbye.protocolError, why));
    };
  }

  #dropStandby(connection: RelayConnection, code: number, why: string): void {
    if (this.#standby === connection) this.#standby = null;
    const candidate = this.candidates.get(connection.node);
    if (candidate) this.candidates.rest(connection.node, this.context.clock.now(), this.#pause(candidate), why);
    connection.close(code, why);
  }

  /** Evidence is decided here, whoever sent it; who sends what proves nothing is left. */
  #evidence(frame: FrameOf<"evidence">, leave: (why: string) => void): void {
    let finding: Finding | null;
    try {
      finding = this.#desk.take(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      finding = { kind: "forged" };
    }
    if (finding?.kind === "forged") leave("The signatures do not bear the relay's evidence out.");
    else if (finding) this.#act(finding);
  }

  /** A relay that is proven false is left for good; with a false key the run is over, which is no relay's fault. */
  #act(finding: Exclude<Finding, { kind: "forged" }>): void {
    const links = [this.#second, this.#link];
    if (finding.kind === "relay") {
      const why = "It is proven to have signed a false receipt.";
      for (const link of links) if (link?.node === finding.relay) link.fail({ kind: "falseReceipt", why });
      if (this.#standby?.node === finding.relay) this.#dropStandby(this.#standby, Goodbye.corruptMedia, why);
      this.candidates.ban(finding.relay, this.context.clock.now(), why);
    } else if (this.#verified.newest?.head?.signer === finding.key) {
      for (const link of links) link?.fail({ kind: "ended", why: FALSE_KEY });
    }
    this.options.onChange();
  }

  #ask(connection: RelayConnection): RelayLink {
    const { options, context } = this;
    const windows = new WindowVerifier(context.verifier, context.domains.streamKeys, options.stream, options.track, this.#desk, this.#verified);
    const allowance = new EvidenceAllowance(context.clock);
    const link: RelayLink = new RelayLink(connection, context.verifier, context.domains, windows, options.stream, options.purse, this.counters, context.clock, {
      leaf: (part) => this.#leaf(link, part),
      head: (head) => this.#head(head),
      record: (record) => this.add(record),
      load: (percent) => this.candidates.loaded(link.node, percent),
      falseReceipt: (head, receipt) => this.#desk.falseReceipt(head, receipt),
      evidence: (frame) => { if (allowance.take()) this.#evidence(frame, (why) => link.fail({ kind: "malformed", why })); },
      failed: (failure) => void this.#failed(link, failure),
    });
    link.start(options.track, this.#playhead.position);
    return link;
  }

  /** Sleeps until the relay has been silent for too long, then asks the one that was connected in advance beside it. */
  #watch(): void {
    this.#stopAlarm();
    if (this.#stopped || !this.#link) return;
    const now = this.context.clock.now();
    const left = this.#second ? this.#second.askedAt + this.#silence.turnMs - now : this.#lastProgress + this.#silence.patienceMs - now;
    if (left <= 0) this.#askSecond();
    this.#stopAlarm = this.context.clock.after(Math.max(left, 50), () => this.#watch());
  }

  #askSecond(): void {
    const connection = this.#standby;
    if (!connection || connection.closed || this.options.purse?.balance === 0n) return;
    const tired = this.#second;
    if (tired) {
      this.#silence.nextTurn();
      this.candidates.pause(tired.node, this.context.clock.now() + SPARE_MS);
      this.#part(tired);
    }
    this.#standby = null;
    this.#second = this.#ask(connection);
    this.#second.release();
    void this.#prepare();
  }

  /** Whoever of the two delivers first stays. */
  #settle(winner: RelayLink, second: RelayLink): void {
    const loser = winner === second ? this.#link! : second, now = this.context.clock.now();
    const heldBack = this.#silence.settle(winner === second, second.askedAt), candidate = this.candidates.get(loser.node);
    if (heldBack && candidate) this.candidates.rest(loser.node, now, this.#pause(candidate), `The relay was silent for ${now - this.#lastProgress} ms.`);
    else this.candidates.pause(loser.node, now + SPARE_MS);
    this.#link = winner;
    this.transport = winner.connection.kind;
    this.#second = null;
    this.#part(loser);
    void this.#prepare();
  }

  #leaf(link: RelayLink, part: VerifiedPart): void {
    if (this.#second && (link === this.#second || link === this.#link)) this.#settle(link, this.#second);
    // What a relay that was left still sends verifies and is paid as well.
    if (link === this.#link) this.#lastProgress = this.context.clock.now();
    this.trouble = "";
    if (part.complete) this.context.timeline.mark("part");
    if (this.#progress++ === 0 || this.relaysUsed.at(-1) !== link.node) {
      if (!this.relaysUsed.includes(link.node)) this.relaysUsed.push(link.node);
      this.options.onChange();
      void this.#prepare();
    }
    if (!part.complete) return;
    this.#silence.part(part.time);
    for (const ready of this.#playhead.completed(part)) this.options.onPart(ready);
  }

  #head(head: SignedHead): void {
    this.context.timeline.mark("head");
    const finding = this.#desk.head(head);
    if (finding && finding.kind !== "forged") this.#act(finding);
  }

  async #failed(link: RelayLink, failure: Failure): Promise<void> {
    if (this.#link !== link && this.#second !== link) return;
    const now = this.context.clock.now(), candidate = this.candidates.get(link.node);
    const { refusal } = failure;
    if (this.#link === link) {
      this.#link = this.#second;
      if (this.#link) this.transport = this.#link.connection.kind;
    }
    this.#second = null;
    this.trouble = failure.why;
    if (failure.kind === "corrupt" && refusal?.kind === "badSignature" && refusal.signer && refusal.head) {
      await this.options.keys.refresh().catch(() => {});
      if (this.#desk.isSigningKey(refusal.signer, refusal.head.time)) return void this.#next();
    }
    const ofFalseKey = !!refusal?.signer && this.#desk.isFalseKey(refusal.signer);
    if (ofFalseKey) this.trouble = failure.why = FALSE_KEY;
    if ((failure.kind === "corrupt" && !ofFalseKey) || failure.kind === "falseReceipt") {
      this.candidates.ban(link.node, now, failure.why);
      const incident = refusal && incidentOf(this.options.deployment, link.node, refusal);
      if (incident && this.incidents.length < KEPT_FILES) this.incidents.push(incident);
      link.connection.close(Goodbye.corruptMedia, failure.why);
    } else {
      const unpaid = failure.kind === "payment" && this.options.purse?.balance === 0n;
      if (unpaid) this.trouble = FUND;
      if (candidate) this.candidates.rest(link.node, now, Math.max(failure.retryAfterMs ?? 0, this.#pause(candidate)), unpaid ? FUND : failure.why);
      if (candidate && unpaid) candidate.failures--;
      this.#part(link);
    }
    this.options.onChange();
    this.options.moreRecords();
    void this.#next();
  }

  /** Leaves an honest relay: what it delivered is paid in the background. */
  #part(link: RelayLink): void {
    if (this.#link === link) this.#link = null;
    if (this.#second === link) this.#second = null;
    const done = link.finish(new Promise((end) => this.context.clock.after(FINISH_MS, () => end(undefined)))).finally(() => this.#finishing.delete(done));
    this.#finishing.add(done);
  }

  /** Connects the relay that takes over; at the start not before the first leaf has come, or a while has passed without one. */
  async #prepare(): Promise<void> {
    if (this.#standby || this.#preparing || this.#stopped || !this.#link) return;
    const choice = this.candidates.choose(this.options.stream, this.options.track, this.context.clock.now(), this.#link.node, this.#second?.node);
    if (!choice) return;
    this.#preparing = true;
    const connection = await this.#connect(choice, (reached) => this.#idle(choice, reached)).finally(() => { this.#preparing = false; });
    if (!connection) return;
    const inUse = [this.#link?.node, this.#second?.node].includes(connection.node);
    if (this.#standby || this.#stopped || !this.#link || inUse) return connection.close(Goodbye.shuttingDown, "Not needed.");
    this.#standby = connection;
    connection.onClose = (why) => {
      if (this.#standby === connection) this.#standby = null;
      this.candidates.rest(choice.node, this.context.clock.now(), this.#pause(choice), why);
    };
    this.options.onChange();
  }

  #tick(): void {
    this.#stopTimer = this.context.clock.after(CHECK_MS, () => {
      const now = this.context.clock.now();
      // A second relay that is as silent says that it is the source; a relay is left for its silence only where no other one can be asked.
      if (this.#link && !this.#second && !this.#standby && now - this.#lastProgress > this.options.stallAfterMs) {
        const needsMoney = this.options.purse?.balance === 0n;
        if (needsMoney) this.#link.fail({ kind: "payment", why: FUND });
        else this.#link.fail({ kind: "stalled", why: `The relay sent nothing that verifies for ${this.options.stallAfterMs / 1000} s.` });
      }
      this.#countBytes();
      if (now - this.#askedRecords > (this.#link ? RECORDS_MS : RETRY_MS)) {
        this.#askedRecords = now;
        this.options.moreRecords();
        void this.#next();
      }
      if (this.#link && !this.#standby) void this.#prepare();
      this.#tick();
    });
  }

  #pause(candidate: Candidate): number { return Math.min(60_000, 2_000 * 2 ** Math.min(candidate.failures, 5)); }

  #countBytes(): void {
    for (const [connection, counted] of this.#bytes) {
      this.counters.receivedBytes += connection.receivedBytes - counted;
      if (connection.closed) this.#bytes.delete(connection);
      else this.#bytes.set(connection, connection.receivedBytes);
    }
  }
}
