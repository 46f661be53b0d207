import type { Verifier } from "@clustercast/verifier";
import type { Clock } from "../clock.ts";
import type { Counters } from "../counters.ts";
import { isReceiptSigned, ReceiptBook, Session, type FalseReceipt, type Purse } from "../purse/index.ts";
import type { Domains } from "../signing/index.ts";
import { MAX_UNVERIFIED, type Frame, type FrameOf, type Receipt, type RelayRecord } from "../wire/index.ts";
import { LAST, type Refusal, type SignedHead, type Verdict, type VerifiedPart, type WindowVerifier } from "../windows/index.ts";
import { Goodbye, type RelayConnection } from "./connection.ts";

/** Why a relay is left. Only `corrupt` and `falseReceipt` are lies; the others happen to the honest. */
export interface Failure {
  kind: "corrupt" | "falseReceipt" | "malformed" | "late" | "stalled" | "closed" | "refused" | "ended" | "payment" | "noReceipt";
  /** One sentence. */
  why: string;
  refusal?: Refusal;
  retryAfterMs?: number;
}

export interface LinkEvents {
  /** A leaf verified; `part` holds it. */
  leaf(part: VerifiedPart): void;
  /** A head verified. */
  head(head: SignedHead): void;
  record(record: RelayRecord): void;
  /** The relay says how full it is, percent. */
  load(percent: number): void;
  falseReceipt(head: SignedHead, receipt: Receipt): void;
  evidence(frame: FrameOf<"evidence">): void;
  /** Comes at most once; nothing comes after it. */
  failed(failure: Failure): void;
}

const CHANNEL = 1;
const SESSION_NEEDED = 3;
const MEDIA = new Set<Frame["type"]>(["init", "window", "part", "head", "node", "leaf"]);

/**
 * One relay at work: its media goes through the verifier, its offers to the session, its receipts into the book. What it sends is held, at most 8 MiB, until
 * `release`: it may be asked before the keys are known by which it is judged.
 */
export class RelayLink {
  session: Session | null = null;
  /** Unix ms. */
  askedAt = 0;
  readonly #receipts: ReceiptBook | null;
  #held: { frame: Frame; size: number }[] | null = [];
  #heldBytes = 0;
  #failed = false;
  #subscribe: FrameOf<"subscribe"> | null = null;
  /** Served whole from its first part on; 0 where the window began with another relay. */
  #wholeWindow = 0;
  /** The newest head that this relay has brought. */
  #head: SignedHead | null = null;

  constructor(
    readonly connection: RelayConnection, private readonly verifier: Verifier, domains: Domains, private readonly windows: WindowVerifier,
    private readonly stream: bigint, private readonly purse: Purse | null, private readonly counters: Counters, private readonly clock: Clock,
    private readonly events: LinkEvents,
  ) {
    this.#receipts = purse && new ReceiptBook(connection.node, purse.address, (receipt) => isReceiptSigned(this.verifier, domains, receipt), purse.context.clock);
    connection.onFrame = (frame, size) => this.#arrived(frame, size);
    connection.onClose = (why) => this.#fail({ kind: "closed", why });
  }

  get node(): string { return this.connection.node; }

  /** Asks for the track from `position` on, and opens a session where there may be money. */
  start(track: number, position: { window: number; parts: number }): void {
    this.askedAt = this.clock.now();
    this.#subscribe = { type: "subscribe", channel: CHANNEL, stream: this.stream, track, ...position };
    this.connection.send(this.#subscribe);
    this.openSession();
  }

  /** Lets through what has come and what comes: the keys and the balance are known. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const { frame, size } of held) this.#take(frame, size);
  }

  /** Opens the session when the purse has been funded; does nothing where one is open. */
  openSession(): void {
    if (this.session || !this.purse?.mayPay) return;
    this.session = new Session(this.purse, this.node, this.stream, {
      send: (frame) => this.connection.send(frame),
      sendBytes: (bytes) => this.connection.sendBytes(bytes),
      leave: (why) => this.#fail({ kind: "payment", why }),
    });
    this.session.open();
  }

  /** Reports a failure that only its owner can see, such as silence. */
  fail(failure: Failure): void { this.#fail(failure); }

  /** Ends the subscription, pays what has arrived and closes, all before `patience` ends. */
  async finish(patience: Promise<unknown>): Promise<void> {
    this.connection.send({ type: "unsubscribe", channel: CHANNEL });
    await Promise.race([this.#settle(), patience]);
    this.#failed = true;
    this.connection.close(Goodbye.shuttingDown, "The viewer stopped.");
  }

  /** What was on its way has arrived when the relay answers a ping; then the rest is paid, and the receipts are awaited. */
  async #settle(): Promise<void> {
    if (!this.session || this.connection.closed) return;
    this.connection.send({ type: "ping", value: 0n });
    await new Promise<void>((answered) => { this.#ponged = answered; });
    await this.session.close();
    await this.#lastReceipts;
  }

  #ponged: () => void = () => {};

  #receiptsChanged: () => void = () => {};
  get #lastReceipts(): Promise<void> {
    return new Promise((settle) => {
      this.#receiptsChanged = () => { if (!this.#receipts?.owing) settle(); };
      this.#receiptsChanged();
    });
  }

  #arrived(frame: Frame, size: number): void {
    if (!this.#held) return this.#take(frame, size);
    this.#heldBytes += size;
    if (this.#heldBytes > MAX_UNVERIFIED) return this.connection.close(Goodbye.tooSlow, "The chain does not name the keys in time.");
    this.#held.push({ frame, size });
  }

  #take(frame: Frame, size: number): void {
    if (frame.type === "leaf") this.counters.mediaBytes += frame.bytes.length;
    if (!MEDIA.has(frame.type)) this.counters.controlBytes += size;
    else if (this.#failed) return;
    switch (frame.type) {
      case "init": return this.#judge(this.windows.init(frame), frame);
      case "window": return this.#window(frame);
      case "node": return this.#judge(this.windows.node(frame), frame);
      case "part": case "head": return this.#takeHead(frame);
      case "leaf": return this.#leaf(frame);
      case "subscribed": return this.#subscribed(frame);
      case "refused": return this.#refused(frame);
      case "ended": return this.#fail({ kind: "ended", why: "The broadcast has ended." });
      case "offer": return this.#offer(frame);
      case "ticketRefused": return this.session?.ticketRefused(frame);
      case "sessionRefused": return this.session?.sessionRefused(frame);
      case "receipt": return this.#receipt(frame);
      case "pong": return this.#ponged();
      case "record": return this.events.record(frame);
      case "load": return this.events.load(frame.percent);
      case "evidence": return this.events.evidence(frame);
      default:
    }
  }

  /** A resume point belongs to its run; in another run, whose numbers may be the same, everything is wanted. */
  #subscribed(frame: FrameOf<"subscribed">): void {
    const asked = this.#subscribe, known = this.windows.current;
    if (!asked || asked.window === 0 || !known || frame.run === known.run) return;
    this.#subscribe = { ...asked, window: 0, parts: 0 };
    this.connection.send({ type: "unsubscribe", channel: CHANNEL });
    this.connection.send(this.#subscribe);
  }

  #window(frame: FrameOf<"window">): void {
    const verdict = this.windows.window(frame);
    if (verdict === "accepted") this.#wholeWindow = frame.window;
    this.#judge(verdict, frame);
    if (this.session && this.#receipts?.overdue(frame.window)) {
      this.session.stop();
      this.#fail({ kind: "noReceipt", why: "The relay gave no receipt for a window by the end of the next one." });
    }
  }

  #takeHead(frame: FrameOf<"part" | "head">): void {
    const verdict = frame.type === "part" ? this.windows.part(frame) : this.windows.head(frame);
    this.#judge(verdict, frame);
    if (verdict !== "accepted") return;
    this.#head = this.windows.current!.head!;
    this.events.head(this.#head);
    if ((this.#head.head.flags & LAST) === 0) return;
    const lie = this.#receipts?.headVerified(this.#head);
    if (lie) return this.#lied(lie);
    this.#windowDone();
  }

  #leaf(frame: FrameOf<"leaf">): void {
    const { verdict, part } = this.windows.leaf(frame);
    if (verdict === "accepted" && part) {
      this.counters.leavesVerified++;
      this.counters.verifiedBytes += frame.bytes.length;
      this.session?.verified(frame.bytes.length);
      this.events.leaf(part);
      if (part.complete) this.#windowDone();
      return;
    }
    if (verdict === "corrupt") this.counters.leavesRejected++;
    this.#judge(verdict, frame);
  }

  /** Notes the receipt that a window earns which this relay has served whole. */
  #windowDone(): void {
    const window = this.windows.current!;
    const whole = window.closed && window.head === this.#head && this.#wholeWindow === window.number && window.parts.every((p) => p.complete);
    if (whole && this.session) this.#receipts?.servedWhole(window.head!);
  }

  #offer(frame: FrameOf<"offer">): void {
    this.session?.offered(frame);
    if (this.#awaitsSession && this.#subscribe && this.session) {
      this.#awaitsSession = false;
      this.connection.send(this.#subscribe);
    }
  }

  #awaitsSession = false;
  #refused(frame: FrameOf<"refused">): void {
    if (frame.code === SESSION_NEEDED && this.session && this.session.price === null) {
      this.#awaitsSession = true;
      return;
    }
    this.#fail({ kind: frame.code === SESSION_NEEDED ? "payment" : "refused", why: `The relay refused: ${frame.reason || `code ${frame.code}`}.`, retryAfterMs: frame.retryAfterMs });
  }

  #receipt(frame: Receipt): void {
    const judged = this.#receipts?.judge(frame);
    this.#receiptsChanged();
    if (judged?.verdict === "false") this.#lied({ head: judged.head!, receipt: frame });
  }

  #lied({ head, receipt }: FalseReceipt): void {
    this.session?.stop();
    this.events.falseReceipt(head, receipt);
    this.#fail({ kind: "falseReceipt", why: "The relay signed a receipt for another root than the broadcaster's." });
  }

  #judge(verdict: Verdict, frame: Frame): void {
    if (verdict === "corrupt") {
      const refusal = this.windows.refusal!;
      const why = refusal.kind === "badLeaf" ? `Leaf ${refusal.leaf} of part ${refusal.part} in window ${refusal.window} was not the signed one.`
        : refusal.kind === "badSignature" ? `A head of window ${refusal.window} was not signed by the broadcaster.`
        : `Window ${refusal.window} did not follow from what the broadcaster signed.`;
      this.#fail({ kind: "corrupt", why, refusal });
    } else if (verdict === "malformed") {
      this.#fail({ kind: "malformed", why: `The relay broke the protocol with a ${frame.type} out of order or out of bounds.` });
    } else if (verdict === "late" && frame.type === "init") {
      this.#fail({ kind: "late", why: "The relay serves an older run of the broadcast." });
    }
  }

  #fail(failure: Failure): void {
    if (this.#failed) return;
    this.#failed = true;
    if (failure.kind === "corrupt") this.connection.close(Goodbye.corruptMedia, failure.why);
    else if (failure.kind === "malformed") this.connection.close(Goodbye.protocolError, failure.why);
    this.events.failed(failure);
  }
}
