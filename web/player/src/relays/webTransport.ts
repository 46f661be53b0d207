import { MAX_UNSENT, type Opening, type Transport, type TransportEvents } from "./transport.ts";

/** The part of the browser's WebTransport that is used here. */
export interface WebTransportSession {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  createBidirectionalStream(): Promise<{ readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<Uint8Array<ArrayBuffer>> }>;
  close(): void;
}

/** Where a relay's WebTransport is, and the SHA-256 of the certificates that may answer there. */
export interface SessionAddress { url: string; hashes: Uint8Array<ArrayBuffer>[] }

export type OpenSession = (address: SessionAddress) => WebTransportSession;

/** What was sent last has this long to leave, ms. */
const FLUSH_MS = 1_000;

/** The browser's WebTransport, or null where it has none that takes certificate hashes. */
export const systemSessions: OpenSession | null = typeof WebTransport === "undefined" ? null : ({ url, hashes }) =>
  new WebTransport(url, { serverCertificateHashes: hashes.map((value) => ({ algorithm: "sha-256", value })) }) as unknown as WebTransportSession;

/** Dials a relay's WebTransport and opens the stream that carries everything. */
export function openWebTransport(open: OpenSession, address: SessionAddress): Opening {
  let session: WebTransportSession | null = null;
  const dial = async (): Promise<Transport> => {
    session = open(address);
    session.closed.catch(() => {});
    await session.ready;
    return new WebTransportTransport(session, await session.createBidirectionalStream());
  };
  const opened = dial().catch((error: unknown) => { throw new Error(`WebTransport did not open: ${reasonOf(error)}.`); });
  return { opened, cancel: () => session?.close() };
}

/** Frames one after the other on one stream; a piece may end anywhere. */
class WebTransportTransport implements Transport {
  readonly kind = "webTransport";
  readonly wholeFrames = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #unsent = 0;
  #closed = false;

  constructor(private readonly session: WebTransportSession, stream: Awaited<ReturnType<WebTransportSession["createBidirectionalStream"]>>) {
    this.#reader = stream.readable.getReader();
    this.#writer = stream.writable.getWriter();
    this.#writer.closed.catch(() => {});
  }

  listen(events: TransportEvents): void { void this.#receive(events); }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    this.#unsent += bytes.length;
    if (this.#unsent > MAX_UNSENT) return this.session.close();
    this.#writer.write(bytes).then(() => { this.#unsent -= bytes.length; }, () => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#reader.cancel().catch(() => {});
    const flushed = this.#writer.close().catch(() => {});
    void Promise.race([flushed, new Promise((late) => setTimeout(late, FLUSH_MS))]).then(() => this.session.close());
  }

  async #receive(events: TransportEvents): Promise<void> {
    for (;;) {
      let read: ReadableStreamReadResult<Uint8Array> | null;
      try {
        read = await this.#reader.read();
      } catch {
        read = null;
      }
      if (this.#closed) return;
      if (!read || read.done) {
        this.#closed = true;
        this.session.close();
        return events.closed(read ? "The relay closed the connection." : "The connection to the relay is lost.");
      }
      events.bytes(read.value);
    }
  }
}

function reasonOf(error: unknown): string { return (error instanceof Error ? error.message : String(error)).replace(/\.$/, ""); }
