import { LocalKey } from "@clustercast/player";
import type { Verifier } from "@clustercast/verifier";

interface Stored { viewingKey?: string; ownerKey?: string }

/** The keys that this browser keeps for one TicketBroker: the viewing key, and on a devnet without a wallet an owner key. */
export class Keyring {
  readonly viewingKey: LocalKey;
  readonly #place: string;
  #stored: Stored;

  /** @param given a viewing key that is used instead, and not kept. Throws where it is no key. */
  constructor(private readonly verifier: Verifier, chainId: number, ticketBroker: string, given: string | null) {
    this.#place = `clustercast:keys:${chainId}:${ticketBroker.toLowerCase()}`;
    this.#stored = this.#read();
    if (given) {
      this.viewingKey = LocalKey.fromHex(verifier, given);
    } else {
      this.viewingKey = this.#stored.viewingKey ? LocalKey.fromHex(verifier, this.#stored.viewingKey) : LocalKey.fresh(verifier);
      this.#keep({ viewingKey: this.viewingKey.hex });
    }
  }

  /** The devnet owner key of this browser; made on first use. */
  get owner(): LocalKey {
    const owner = this.#stored.ownerKey ? LocalKey.fromHex(this.verifier, this.#stored.ownerKey) : LocalKey.fresh(this.verifier);
    this.#keep({ ownerKey: owner.hex });
    return owner;
  }

  #read(): Stored {
    try {
      return JSON.parse(localStorage.getItem(this.#place) ?? "{}") as Stored;
    } catch {
      return {};
    }
  }

  #keep(more: Stored): void {
    this.#stored = { ...this.#stored, ...more };
    localStorage.setItem(this.#place, JSON.stringify(this.#stored));
  }
}
