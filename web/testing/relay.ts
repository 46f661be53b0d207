import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { concat, toHex, type Verifier } from "@clustercast/verifier";
import { winProbability } from "@clustercast/player/purse/tariff";
import { recordDigest } from "@clustercast/player/relays/record";
import { digest, LocalKey, type Domains } from "@clustercast/player/signing/index";
import { encode, FrameParser, type Frame, type FrameOf, type RelayRecord } from "@clustercast/player/wire/index";
import { burst } from "./broadcaster.ts";
import type { Hub, Media } from "./hub.ts";

/** What a relay does wrong, from its n-th leaf on. */
export interface Misbehaviour { corruptAfter?: number; stallAfter?: number; crashAfter?: number; falseReceipts?: boolean; noReceipts?: boolean; badProof?: boolean; needsSession?: boolean }

export interface RelayOptions { verifier: Verifier; domains: Domains; hub: Hub; price?: bigint; ticketBytes?: number; faceValue?: number; misbehaviour?: Misbehaviour }

/** A relay for tests: serves the hub's signed windows over WebSocket, offers, takes and checks tickets, signs receipts, and can lie. */
export class TestRelay {
  readonly key: LocalKey;
  readonly tickets: FrameOf<"ticket">[] = [];
  readonly goodbyes: number[] = [];
  readonly faults: string[] = [];
  sessionsClosed = 0;
  connections = 0;
  subscriptions = 0;
  #leaves = 0;
  readonly #server: Server;
  readonly #sockets = new Set<WebSocket>();
  port = 0;

  private constructor(readonly options: RelayOptions) {
    this.key = LocalKey.fresh(options.verifier);
    this.#server = createServer();
    const sockets = new WebSocketServer({ server: this.#server, path: "/clustercast", handleProtocols: (offered) => (offered.has("clustercast.1") ? "clustercast.1" : false) });
    sockets.on("connection", (socket) => this.#serve(socket));
  }

  static async start(options: RelayOptions): Promise<TestRelay> {
    const relay = new TestRelay(options);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    relay.port = (relay.#server.address() as AddressInfo).port;
    return relay;
  }

  get price(): bigint { return this.options.price ?? 1_000_000n; }

  record(now = Date.now()): RelayRecord {
    const { verifier, domains, hub } = this.options;
    const record: RelayRecord = {
      type: "record", endpoints: [{ kind: 2, url: `ws://127.0.0.1:${this.port}/clustercast` }],
      tracks: [{ stream: hub.broadcaster.stream, track: hub.broadcaster.track, oldest: 1, newest: 1 }],
      node: this.key.address, payout: this.key.address, price: this.price, issued: BigInt(now), expires: BigInt(now + 90_000), signature: new Uint8Array(65),
    };
    return { ...record, signature: this.key.sign(recordDigest(verifier, domains, record)) };
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** Says something to every viewer that is connected. */
  tell(frame: Frame): void { for (const socket of this.#sockets) socket.send(encode(frame)); }

  #serve(socket: WebSocket): void {
    this.connections++;
    this.#sockets.add(socket);
    const visitor = new Visitor(this, socket);
    const parser = new FrameParser();
    socket.on("message", (data: Buffer) => { for (const { frame } of parser.push(new Uint8Array(data))) visitor.take(frame); });
    socket.on("close", () => { this.#sockets.delete(socket); visitor.gone(); });
  }

  /** The leaf as this relay sends it now; null when it sends nothing more. */
  deliver(leaf: FrameOf<"leaf">): FrameOf<"leaf"> | null {
    const wrong = this.options.misbehaviour ?? {}, n = this.#leaves++;
    if (wrong.crashAfter !== undefined && n >= wrong.crashAfter) { void this.stop(); return null; }
    if (wrong.stallAfter !== undefined && n >= wrong.stallAfter) return null;
    if (wrong.corruptAfter === undefined || n < wrong.corruptAfter) return leaf;
    const bytes = leaf.bytes.slice();
    bytes[bytes.length >> 1]! ^= 0x10;
    return { ...leaf, bytes };
  }
}

/** One viewer at a relay. */
class Visitor {
  #silence: () => void = () => {};
  #purse: string | null = null;
  #commit: Uint8Array | null = null;
  #delivered = 0n;
  #paid = 0n;
  #served = new Map<number, bigint>();

  constructor(private readonly relay: TestRelay, private readonly socket: WebSocket) {}

  gone(): void { this.#silence(); }
  #send(frame: Frame): void { if (this.socket.readyState === 1) this.socket.send(encode(frame)); }

  take(frame: Frame): void {
    const { relay } = this, { verifier, domains, misbehaviour } = relay.options;
    switch (frame.type) {
      case "hello": {
        const challenge = verifier.sha256(concat(new TextEncoder().encode("clustercast hello"), frame.nonce));
        const signer = misbehaviour?.badProof ? LocalKey.fresh(verifier) : relay.key;
        this.#send({ type: "welcome", version: 1, node: relay.key.address, proof: signer.sign(digest(verifier, domains.relayStaking, "NodeProof", { node: relay.key.address, challenge })) });
        return;
      }
      case "ping": return this.#send({ type: "pong", value: frame.value });
      case "goodbye": relay.goodbyes.push(frame.code); return;
      case "subscribe":
        if (misbehaviour?.needsSession && !this.#purse) return this.#send({ type: "refused", channel: frame.channel, code: 3, retryAfterMs: 0, reason: "a session is needed" });
        return this.#subscribe(frame);
      case "unsubscribe": return this.#silence();
      case "sessionOpen":
        if (verifier.recoverAddress(digest(verifier, domains.relayStaking, "SessionOpen", frame), frame.signature) !== frame.purse || frame.relay !== relay.key.address) relay.faults.push("bad SessionOpen");
        this.#purse = frame.purse;
        return this.#offer(new Uint8Array(32));
      case "ticket": return this.#ticket(frame);
      case "sessionClose": relay.sessionsClosed++; return this.#offer(this.#lastPaid);
      default: relay.faults.push(`unexpected ${frame.type}`);
    }
  }

  #subscribe(frame: FrameOf<"subscribe">): void {
    const { hub } = this.relay.options;
    this.relay.subscriptions++;
    const resumed = hub.windows.slice(-3).find((w) => w.number === frame.window && w.parts.length > 0);
    const from = resumed ?? hub.newest!;
    this.#send({ type: "subscribed", channel: frame.channel, run: hub.broadcaster.run, window: from.number });
    for (const window of hub.windows.slice(hub.windows.indexOf(from))) {
      if (window.parts.length === 0) { this.#media(window.open); continue; }
      for (const media of burst(hub.broadcaster, window, window === resumed ? frame.parts : 0)) this.#media(media);
    }
    this.#silence = hub.listen((media) => this.#media(media));
  }

  #media(media: Media): void {
    const { relay } = this;
    if (media.type !== "leaf") {
      this.#send(media);
      if (media.type === "head") this.#receipt(media);
      return;
    }
    const leaf = relay.deliver(media);
    if (!leaf) return;
    this.#delivered += BigInt(leaf.bytes.length);
    this.#served.set(leaf.window, (this.#served.get(leaf.window) ?? 0n) + BigInt(leaf.bytes.length));
    if (this.#purse && this.#delivered - this.#paid > 2_000_000n) relay.faults.push("the viewer does not pay");
    this.#send(leaf);
  }

  #receipt(head: FrameOf<"head">): void {
    const { verifier, domains, hub, misbehaviour } = this.relay.options;
    const window = hub.windows.find((w) => w.number === head.window);
    if (!this.#purse || !window?.last || misbehaviour?.noReceipts) return;
    const servedRoot = misbehaviour?.falseReceipts ? randomBytes(32) : rootOf(verifier, window.parts.map((p) => p.node));
    const receipt = {
      relay: this.relay.key.address, purse: this.#purse, headDigest: window.last, servedRoot: new Uint8Array(servedRoot),
      byteLength: this.#served.get(head.window) ?? 0n, time: BigInt(Date.now()),
    };
    this.#send({ type: "receipt", ...receipt, signature: this.relay.key.sign(digest(verifier, domains.relayStaking, "Receipt", receipt)) });
  }

  #lastPaid: Uint8Array = new Uint8Array(32);
  #offer(acked: Uint8Array): void {
    this.#commit = new Uint8Array(randomBytes(32));
    this.#send({
      type: "offer", acked, stream: this.relay.options.hub.broadcaster.stream, terms: 1, price: this.relay.price, faceValue: this.relay.options.faceValue ?? 400,
      commit: this.#commit, ticketBytes: this.relay.options.ticketBytes ?? 250_000, creditBytes: 1_500_000,
    });
  }

  #ticket(ticket: FrameOf<"ticket">): void {
    const { relay } = this, { verifier, domains } = relay.options;
    const fault = toHex(ticket.commit) !== toHex(this.#commit!) ? "another commit"
      : verifier.recoverAddress(digest(verifier, domains.ticketBroker, "Ticket", ticket), ticket.signature) !== this.#purse ? "another signer"
      : winProbability(relay.price, BigInt(ticket.bytes), BigInt(ticket.faceValue)) !== ticket.winProb ? "another win probability"
      : relay.tickets.some((t) => t.salt === ticket.salt) ? "a salt again" : null;
    if (fault) { relay.faults.push(fault); return this.#send({ type: "ticketRefused", commit: ticket.commit, code: 2, reason: fault }); }
    relay.tickets.push(ticket);
    this.#paid += BigInt(ticket.bytes);
    this.#lastPaid = ticket.commit;
    this.#offer(ticket.commit);
  }
}

function rootOf(verifier: Verifier, nodes: FrameOf<"node">[]): Uint8Array {
  return verifier.treeRoot(concat(...nodes.map((n) => verifier.partNode(
    { index: n.part, leafCount: n.leafHashes.length / 32, byteLength: n.byteLength, time: n.time, flags: n.flags }, verifier.treeRoot(n.leafHashes)))));
}
