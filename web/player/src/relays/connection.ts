import { concat, type Verifier } from "@clustercast/verifier";
import type { Clock, RandomSource } from "../clock.ts";
import { digest, type Domains } from "../signing/index.ts";
import { encode, FrameParser, ProtocolError, type Frame } from "../wire/index.ts";

/** The part of the browser's WebSocket that is used here. */
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  onopen: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
}

/** What a connection needs from its surroundings. */
export interface ConnectionContext {
  verifier: Verifier;
  domains: Domains;
  chainId: bigint;
  clock: Clock;
  random: RandomSource;
  openSocket: (url: string, protocol: string) => Socket;
}

/** Goodbye codes of spec/wire.md. */
export const Goodbye = { shuttingDown: 1, protocolError: 2, corruptMedia: 3, tooSlow: 4, wrongChain: 5, idle: 6, version: 7 } as const;

// A WebSocket subprotocol is an HTTP token (RFC 6455 section 4.1), so it cannot hold the slash of the ALPN name.
const PROTOCOL = "clustercast.1";
const VERSION = 1;
const VIEWER = 0;
const PING_EVERY = 10_000;
const SILENCE = 30_000;
const HELLO = new TextEncoder().encode("clustercast hello");

/**
 * One WebSocket to a relay that has proved to be the node of its record. Answers pings and closes after 30 s of silence; every other frame goes to
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
  #helloAt = 0;
  #stopTimer: () => void = () => {};
  #settle: { ready: () => void; failed: (error: Error) => void } | null = null;

  private constructor(private readonly context: ConnectionContext, readonly node: string, private readonly socket: Socket) {
    this.#nonce = context.random(32);
    this.#lastHeard = context.clock.now();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#helloAt = context.clock.now();
      this.send({ type: "hello", version: VERSION, role: VIEWER, chainId: context.chainId, nonce: this.#nonce });
    };
    socket.onmessage = (event: { data: unknown }) => this.#receive(event.data);
    socket.onclose = () => this.#end("The relay closed the connection.");
    socket.onerror = () => this.#end("The relay cannot be reached.");
    this.#tick();
  }

  /** Connects and checks the node's proof within `timeoutMs`. Rejects with one sentence. */
  static open(context: ConnectionContext, url: string, node: string, timeoutMs: number): Promise<RelayConnection> {
    return new Promise((resolve, reject) => {
      const connection = new RelayConnection(context, node, context.openSocket(url, PROTOCOL));
      const stop = context.clock.after(timeoutMs, () => connection.close(Goodbye.tooSlow, "No answer in time."));
      connection.#settle = {
        ready: () => { stop(); connection.#settle = null; resolve(connection); },
        failed: (error) => { stop(); connection.#settle = null; reject(error); },
      };
    });
  }

  get closed(): boolean { return this.#closed; }

  /** Sends a frame; does nothing on a closed connection. */
  send(frame: Frame): void { this.sendBytes(encode(frame)); }

  /** Sends an encoded frame again, byte for byte. */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#closed && this.socket.readyState === 1) this.socket.send(bytes);
  }

  /** Says goodbye and closes. `onClose` is not called for it. */
  close(code: number, reason: string): void {
    this.onClose = () => {};
    this.send({ type: "goodbye", code, reason });
    this.#end(reason);
  }

  #receive(data: unknown): void {
    if (this.#closed || !(data instanceof ArrayBuffer)) return;
    this.receivedBytes += data.byteLength;
    this.#lastHeard = this.context.clock.now();
    try {
      for (const { frame, size } of this.#parser.push(new Uint8Array(data))) {
        this.#dispatch(frame, size);
        if (this.#closed) return;
      }
      if (this.#parser.pending > 0) throw new ProtocolError("a WebSocket message ends inside a frame");
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
    this.socket.close();
    this.#settle?.failed(new Error(why));
    this.onClose(why);
  }
}
