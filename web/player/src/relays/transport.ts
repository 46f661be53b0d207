/** How a relay is reached. */
export type TransportKind = "webTransport" | "webSocket";

/** What a transport tells its one user, from {@link Transport.listen} on. */
export interface TransportEvents {
  /** The next bytes. The transport fetches no more before this returns, so a slow page slows the relay down. */
  bytes(bytes: Uint8Array): void;
  /** Comes at most once, and not after `close`. One sentence. */
  closed(why: string): void;
}

/** An open way to a relay: bytes in their order, both ways. */
export interface Transport {
  readonly kind: TransportKind;
  /** Whether every piece that arrives ends with a frame. */
  readonly wholeFrames: boolean;
  listen(events: TransportEvents): void;
  /** Sends whole frames; does nothing on a closed transport. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Lets what was sent leave, then closes. */
  close(): void;
}

/** A transport on its way. */
export interface Opening {
  /** Rejects with one sentence. */
  readonly opened: Promise<Transport>;
  /** Gives it up, open or not. */
  cancel(): void;
}

/** Bytes that may wait to be sent; a page sends a few hundred a second. */
export const MAX_UNSENT = 1024 * 1024;
