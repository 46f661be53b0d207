import { concat, fromHex, toHex, type Verifier } from "@clustercast/verifier";
import { toUint } from "../signing/index.ts";

const TIMEOUT_MS = 5_000;
const ascii = new TextEncoder();

/** Reads contracts by JSON-RPC `eth_call`. The endpoint is the user's own setting. */
export class ChainReader {
  constructor(private readonly verifier: Verifier, readonly url: string, private readonly fetcher: typeof fetch = (...a) => fetch(...a)) {}

  /** Calls `signature`, e.g. `purseOf(address)`, with 32-byte words. Throws one sentence when the endpoint or the contract does not answer. */
  async call(contract: string, signature: string, ...words: Uint8Array[]): Promise<Uint8Array> {
    const data = toHex(concat(this.verifier.keccak256(ascii.encode(signature)).subarray(0, 4), ...words));
    const answer = await this.#request("eth_call", [{ to: contract, data }, "latest"]);
    if (typeof answer !== "string" || answer === "0x") throw new Error(`The contract ${contract} does not answer ${signature}; the RPC endpoint ${this.url} may be of another chain.`);
    return fromHex(answer);
  }

  async #request(method: string, params: unknown[]): Promise<unknown> {
    const remedy = "choose another RPC endpoint in the settings";
    let body: { result?: unknown; error?: { message?: string } };
    try {
      const response = await this.fetcher(this.url, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      body = await response.json() as typeof body;
    } catch {
      throw new Error(`The chain's RPC endpoint ${this.url} does not answer; ${remedy}.`);
    }
    if (body.error) throw new Error(`The chain refused ${method}: ${body.error.message ?? "no reason given"}; ${remedy}.`);
    return body.result;
  }
}

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
