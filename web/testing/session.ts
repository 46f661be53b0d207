import type { WebTransportSession } from "@clustercast/player/relays/index";

/** A WebTransport session in the hands of the test. */
export class FakeSession implements WebTransportSession {
  open!: () => void;
  fail!: (error: Error) => void;
  closed = new Promise<void>(() => {});
  ready = new Promise<void>((resolve, reject) => { [this.open, this.fail] = [resolve, reject]; });
  closes = 0;
  toPage!: ReadableStreamDefaultController<Uint8Array>;
  readonly written: Uint8Array[] = [];
  finished = false;
  write: () => Promise<void> = () => Promise.resolve();
  createBidirectionalStream(): ReturnType<WebTransportSession["createBidirectionalStream"]> {
    return Promise.resolve({
      readable: new ReadableStream<Uint8Array>({ start: (controller) => { this.toPage = controller; } }, { highWaterMark: 0 }),
      writable: new WritableStream<Uint8Array<ArrayBuffer>>({ write: (bytes) => { this.written.push(bytes); return this.write(); }, close: () => { this.finished = true; } }),
    });
  }
  close(): void { this.closes++; }
}
