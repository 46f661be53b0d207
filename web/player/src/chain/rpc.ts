import { concat, fromHex, toHex, type Verifier } from "@clustercast/verifier";
import { toUint } from "../signing/index.ts";

const TIMEOUT_MS = 5_000;
const ascii = new TextEncoder();

interface Answer { id?: unknown; result?: unknown; error?: { message?: string } }
interface Call { method: string; params: unknown[]; resolve: (result: unknown) => void; reject: (error: Error) => void }

/** Reads contracts by JSON-RPC `eth_call`; calls of one moment go in one request. The endpoint is the user's own setting. */
export class ChainReader {
  #waiting: Call[] = [];
  /** Whether the endpoint takes batches (JSON-RPC 2.0, section 6), as far as is known. */
  #batches = true;

  constructor(private readonly verifier: Verifier, readonly url: string, private readonly fetcher: typeof fetch = (...a) => fetch(...a)) {}

  /** Calls `signature`, e.g. `purseOf(address)`, with 32-byte words. Throws one sentence when the endpoint or the contract does not answer. */
  async call(contract: string, signature: string, ...words: Uint8Array[]): Promise<Uint8Array> {
    const data = toHex(concat(this.verifier.keccak256(ascii.encode(signature)).subarray(0, 4), ...words));
    const answer = await this.#request("eth_call", [{ to: contract, data }, "latest"]);
    if (typeof answer !== "string" || answer === "0x") throw new Error(`The contract ${contract} does not answer ${signature}; the RPC endpoint ${this.url} may be of another chain.`);
    return fromHex(answer);
  }

  #request(method: string, params: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ method, params, resolve, reject }) === 1) queueMicrotask(() => void this.#send(this.#waiting.splice(0)));
    });
  }

  /** A page of another origin costs its reader a preflight for every request, so one that carries all calls is soonest. */
  async #send(calls: Call[]): Promise<void> {
    if (calls.length > 1 && this.#batches) {
      const answers = await this.#post(calls.map(bodyOf));
      if (Array.isArray(answers)) return calls.forEach((call, id) => this.#settle(call, answers.find((a) => a.id === id) ?? null));
      if (answers === null) return calls.forEach((call) => this.#settle(call, null));
      this.#batches = false;
    }
    await Promise.all(calls.map(async (call) => {
      const answer = await this.#post(bodyOf(call, 0));
      this.#settle(call, Array.isArray(answer) ? null : answer);
    }));
  }

  #settle({ method, resolve, reject }: Call, answer: Answer | null): void {
    const remedy = "choose another RPC endpoint in the settings";
    if (!answer) reject(new Error(`The chain's RPC endpoint ${this.url} does not answer; ${remedy}.`));
    else if (answer.error) reject(new Error(`The chain refused ${method}: ${answer.error.message ?? "no reason given"}; ${remedy}.`));
    else resolve(answer.result);
  }

  /** The answer to one call or to a batch; null where there is none. */
  async #post(body: object): Promise<Answer | Answer[] | null> {
    try {
      const response = await this.fetcher(this.url, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await response.json() as Answer | Answer[];
    } catch {
      return null;
    }
  }
}

function bodyOf({ method, params }: Call, id: number): object { return { jsonrpc: "2.0", id, method, params }; }

/** Word `index` of an ABI answer as an integer. Throws where it is too short. */
export function wordAt(answer: Uint8Array, index: number): bigint {
  if (answer.length < 32 * (index + 1)) throw new Error("the contract's answer is too short");
  return toUint(answer.subarray(32 * index, 32 * index + 32));
}

/** An address in word `index`. */
export function addressAt(answer: Uint8Array, index: number): string {
  wordAt(answer, index);
  return toHex(answer.subarray(32 * index + 12, 32 * index + 32));
}

/** A lone `string` or `bytes` answer. */
export function textOf(answer: Uint8Array): string {
  const length = Number(wordAt(answer, 1));
  return new TextDecoder().decode(answer.subarray(64, 64 + length));
}
