import type { ReadableKeys } from "../relays/index.ts";
import { uintWord } from "../signing/index.ts";
import { addressAt, wordAt, type ChainReader } from "./rpc.ts";

/** A delegation: `key` may sign heads while `from <= Unix seconds < until`. */
export interface Delegation { key: string; from: bigint; until: bigint }

const MAX_DELEGATIONS = 16;
const REFRESH_EVERY_MS = 2_000;

/** Reads `StreamKeys.delegationsOf`. Throws one sentence. */
export async function readDelegations(chain: ChainReader, streamKeys: string, stream: bigint): Promise<Delegation[]> {
  const answer = await chain.call(streamKeys, "delegationsOf(uint256)", uintWord(stream));
  const count = Number(wordAt(answer, 1));
  if (count > MAX_DELEGATIONS) throw new Error(`Stream ${stream} names ${count} signing keys; at most ${MAX_DELEGATIONS} are possible.`);
  return Array.from({ length: count }, (_, i) => ({ key: addressAt(answer, 2 + 3 * i), from: wordAt(answer, 3 + 3 * i), until: wordAt(answer, 4 + 3 * i) }));
}

/** The signing keys of one stream, read from the chain and again when an unknown one appears, at most every 2 s. */
export class ChainKeys implements ReadableKeys {
  #delegations: Delegation[] = [];
  #readAt = 0;
  #first: Promise<void> | null = null;

  /** Begins to read at once. */
  constructor(private readonly read: () => Promise<Delegation[]>, private readonly now: () => number = Date.now) {
    this.ready.catch(() => {});
  }

  /** Resolves when the keys have been read once; asked again after a failure, it reads again. */
  get ready(): Promise<void> {
    return this.#first ??= this.#read().catch((error: unknown) => {
      this.#first = null;
      throw error;
    });
  }

  isSigningKey(key: string, time: bigint): boolean {
    const seconds = time / 1000n;
    return this.#delegations.some((d) => d.key === key && d.from <= seconds && seconds < d.until);
  }

  async refresh(): Promise<void> {
    if (this.now() - this.#readAt >= REFRESH_EVERY_MS) await this.#read();
  }

  async #read(): Promise<void> {
    this.#readAt = this.now();
    this.#delegations = await this.read();
  }
}
