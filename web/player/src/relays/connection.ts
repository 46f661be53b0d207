import { concat, type Verifier } from "@clustercast/verifier";
import type { RandomSource } from "../clock.ts";
import { digest, type Domains } from "../signing/index.ts";
import type { Timeline } from "../timeline.ts";
import { encode, FrameParser, ProtocolError, type Frame, type RelayRecord } from "../wire/index.ts";
import { reach, type ReachContext } from "./reach.ts";
import type { Transport, TransportKind } from "./transport.ts";

/** What a connection needs from its surroundings. */
export interface ConnectionContext extends ReachContext {
  verifier: Verifier;
  domains: Domains;
  chainId: bigint;
  random: RandomSource;
  timeline: Timeline;
}

/** Goodbye codes of spec/wire.md. */
export const Goodbye = { shuttingDown: 1, protocolError: 2, corruptMedia: 3, tooSlow: 4, wrongChain: 5, idle: 6, version: 7 } as const;

const VERSION = 1;
const VIEWER = 0;
const PING_EVERY = 10_000;
const SILENCE = 30_000;
const HELLO = new TextEncoder().encode("clustercast hello");

/** The two ends of an opening. */
interface Settle { ready: () => void; failed: (error: Error) => void }

/**
 * One connection to a relay that has proved to be the node of its record. Answers pings and closes after 30 s of silence; every other frame goes to
 * `onFrame`. `onClose` comes once, with a sentence.
 */
export class RelayConnection {
  onFrame: (frame: Frame, size: number) => void = () => {};
  onClose: (why: string) => void = () => {};
  /** Payload bytes that have arrived, all of them. */
  receivedBytes = 0;
  /** From Hello to Welcome, ms. */
  roundTrip = 0;

  readonly #parser = new FrameParser();
  readonly #nonce: Uint8Array;
  #welcomed = false;
  #closed = false;
  #lastHeard: number;
  readonly #helloAt: number;
  #stopTimer: () => void = () => {};
  #settle: Settle | null;

  private constructor(private readonly context: ConnectionContext, readonly node: string, private readonly transport: Transport, settle: Settle) {
    this.#settle = settle;
    this.#nonce = context.random(32);
    this.#lastHeard = this.#helloAt = context.clock.now();
    transport.listen({ bytes: (bytes) => this.#receive(bytes), closed: (why) => this.#end(why) });
    this.send({ type: "hello", version: VERSION, role: VIEWER, chainId: context.chainId, nonce: this.#nonce });
    this.#tick();
  }

  /**
   * Reaches the relay of a record and checks its proof, both within `timeoutMs`. Rejects with one sentence. What `greet` sends leaves right behind Hello, a round
   * trip before the proof has come: nothing that only this relay may read. It may set `onFrame`, which gets nothing before the proof was checked.
   */
  static open(context: ConnectionContext, record: RelayRecord, timeoutMs: number, greet: (connection: RelayConnection) => void = () => {}): Promise<RelayConnection> {
    return new Promise((resolve, reject) => {
      const opening = reach(context, record);
      let connection: RelayConnection | null = null;
      const stop = context.clock.after(timeoutMs, () => {
        if (connection?.kind === "webTransport") context.reachability.failed(record.node, context.clock.now(), "WebTransport opened and then stayed silent.");
        if (connection) return connection.close(Goodbye.tooSlow, "No answer in time.");
        opening.cancel();
        reject(new Error("No answer in time."));
      });
      const failed = (error: Error): void => { stop(); reject(error); };
      opening.opened.then((transport) => {
        context.timeline.mark("reached");
        connection = new RelayConnection(context, record.node, transport, { ready: () => { stop(); resolve(connection!); }, failed });
        greet(connection);
      }, failed);
    });
  }

  /** How the relay is reached. */
  get kind(): TransportKind { return this.transport.kind; }
  get closed(): boolean { return this.#closed; }

  /** Sends a frame; does nothing on a closed connection. */
  send(frame: Frame): void { this.sendBytes(encode(frame)); }

  /** Sends an encoded frame again, byte for byte. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#closed) this.transport.send(bytes);
  }

  /** Says goodbye and closes. `onClose` is not called for it. */
  close(code: number, reason: string): void {
    this.onClose = () => {};
    this.send({ type: "goodbye", code, reason });
    this.#end(reason);
  }

  #receive(data: Uint8Array): void {
    if (this.#closed) return;
    this.receivedBytes += data.length;
    this.#lastHeard = this.context.clock.now();
    try {
      for (const { frame, size } of this.#parser.push(data)) {
        this.#dispatch(frame, size);
        if (this.#closed) return;
      }
      if (this.transport.wholeFrames && this.#parser.pending > 0) throw new ProtocolError("a WebSocket message ends inside a frame");
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.send({ type: "goodbye", code: Goodbye.protocolError, reason: error.message });
      this.#end(`The relay broke the protocol: ${error.message}.`);
    }
  }

  #dispatch(frame: Frame, size: number): void {
    if (frame.type === "goodbye") return this.#end(`The relay left: ${frame.reason || `code ${frame.code}`}.`);
    if (!this.#welcomed) {
      if (frame.type !== "welcome") throw new ProtocolError("the first frame is not a Welcome");
      return this.#welcome(frame.version, frame.node, frame.proof);
    }
    if (frame.type === "ping") return this.send({ type: "pong", value: frame.value });
    this.onFrame(frame, size);
  }

  #welcome(version: number, node: string, proof: Uint8Array): void {
    const { verifier, domains, clock } = this.context;
    if (version !== VERSION) return this.#end(`The relay speaks version ${version} of the protocol; this page speaks ${VERSION}.`);
    const challenge = verifier.sha256(concat(HELLO, this.#nonce));
    const signer = verifier.recoverAddress(digest(verifier, domains.relayStaking, "NodeProof", { node, challenge }), proof);
    if (node !== this.node || signer !== node) return this.#end("The relay is not the node that its record names.");
    this.#welcomed = true;
    this.roundTrip = clock.now() - this.#helloAt;
    this.#settle?.ready();
    this.#settle = null;
  }

  #tick(): void {
    this.#stopTimer = this.context.clock.after(PING_EVERY, () => {
      const now = this.context.clock.now();
      if (now - this.#lastHeard >= SILENCE) return this.#end("The relay has been silent for 30 s.");
      this.send({ type: "ping", value: BigInt(now) });
      this.#tick();
    });
  }

  #end(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimer();
    this.transport.close();
    this.#settle?.failed(new Error(why));
    this.onClose(why);
  }
}
