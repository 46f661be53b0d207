import type { Clock } from "../clock.ts";
import type { RelayRecord } from "../wire/index.ts";
import type { Reachability } from "./reachability.ts";
import { webSocketOf, webTransportOf } from "./record.ts";
import type { Opening, Transport } from "./transport.ts";
import { openWebSocket, type OpenSocket } from "./webSocket.ts";
import { openWebTransport, type OpenSession, type SessionAddress } from "./webTransport.ts";

/** WebTransport has this long alone before the WebSocket is dialed beside it, ms. */
export const HEAD_START_MS = 350;

export interface ReachContext {
  clock: Clock;
  openSocket: OpenSocket;
  /** null where the browser has no WebTransport. */
  openSession: OpenSession | null;
  reachability: Reachability;
}

/**
 * The way to a relay that opens first. WebTransport goes first where browser and record have it; the WebSocket joins after {@link HEAD_START_MS}, or as soon as
 * WebTransport has failed.
 */
export function reach(context: ReachContext, record: RelayRecord): Opening { return new Race(context, record); }

class Race implements Opening {
  readonly opened: Promise<Transport>;
  readonly #openings: Opening[] = [];
  #resolve!: (transport: Transport) => void;
  #reject!: (error: Error) => void;
  #session: SessionAddress | null = null;
  #socket: string | null;
  #running = 0;
  #over = false;
  #stopTimer: () => void = () => {};

  constructor(private readonly context: ReachContext, private readonly record: RelayRecord) {
    this.opened = new Promise((resolve, reject) => { [this.#resolve, this.#reject] = [resolve, reject]; });
    this.#socket = webSocketOf(record);
    const { clock, openSession, reachability } = context;
    const session = openSession && webTransportOf(record);
    if (openSession && session && !(this.#socket && reachability.avoids(record.node, clock.now()))) {
      this.#session = session;
      this.#stopTimer = clock.after(HEAD_START_MS, () => this.#trySocket());
      this.#try(() => openWebTransport(openSession, session));
    } else {
      this.#trySocket();
    }
    if (this.#openings.length === 0) this.#reject(new Error("The record of the relay names no address for this browser."));
  }

  cancel(): void {
    this.#over = true;
    this.#stopTimer();
    for (const opening of this.#openings) opening.cancel();
  }

  #trySocket(): void {
    const url = this.#socket;
    if (this.#over || url === null) return;
    this.#stopTimer();
    this.#socket = null;
    this.#try(() => openWebSocket(this.context.openSocket, url));
  }

  #try(open: () => Opening): void {
    const opening = open();
    this.#openings.push(opening);
    this.#running++;
    opening.opened.then((transport) => this.#won(opening, transport), (error: Error) => this.#lost(opening, error));
  }

  #won(opening: Opening, transport: Transport): void {
    if (this.#over) return opening.cancel();
    for (const other of this.#openings) if (other !== opening) other.cancel();
    this.#over = true;
    this.#stopTimer();
    const { clock, reachability } = this.context, { node } = this.record;
    if (transport.kind === "webTransport") reachability.worked(node);
    else if (this.#session && !reachability.avoids(node, clock.now())) reachability.failed(node, clock.now(), "WebTransport did not answer in time.");
    this.#resolve(transport);
  }

  #lost(opening: Opening, error: Error): void {
    this.#running--;
    if (this.#over) return;
    if (this.#session && opening === this.#openings[0]) {
      this.context.reachability.failed(this.record.node, this.context.clock.now(), error.message);
      this.#trySocket();
    }
    if (this.#running === 0) this.#reject(error);
  }
}
