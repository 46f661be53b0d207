/** WebTransport that failed at a relay is not tried there for this long, ms. */
export const AVOID_MS = 5 * 60_000;
/** So many relays without an answer by WebTransport, and none with one, mean that the network takes no UDP. */
const DEAF_RELAYS = 2;

/** Where WebTransport has failed, so that it does not cost the same time again. */
export class Reachability {
  readonly #failed = new Map<string, { until: number; why: string }>();
  #works = false;

  /** Why WebTransport last failed at a relay; empty where it did not. */
  why(node: string): string { return this.#failed.get(node)?.why ?? ""; }

  /** Whether WebTransport is left out at a relay. */
  avoids(node: string, now: number): boolean {
    const failed = [...this.#failed.values()].filter(({ until }) => until > now).length;
    return (this.#failed.get(node)?.until ?? 0) > now || (!this.#works && failed >= DEAF_RELAYS);
  }

  worked(node: string): void {
    this.#works = true;
    this.#failed.delete(node);
  }

  failed(node: string, now: number, why: string): void {
    this.#failed.delete(node);
    this.#failed.set(node, { until: now + AVOID_MS, why });
    if (this.#failed.size > 256) this.#failed.delete(this.#failed.keys().next().value!);
  }
}
