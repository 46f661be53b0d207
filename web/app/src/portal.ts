/** GET /api/config. */
export interface PortalConfig {
  chainId: number; rpcUrl: string; usdc: string; ticketBroker: string; streamKeys: string; relayStaking: string; epochSeconds: number; devnet: boolean;
}
export interface StreamSummary { id: string; title: string; live: boolean }
export interface StreamInfo { id: string; title: string; category: string; live: boolean; tracks: number[] }
export interface DepositRequest {
  owner: string; viewingKey: string; amount: string; maxFee: string; validAfter: string; validBefore: string; salt: string; bind: string; authorization: string;
}

const TIMEOUT_MS = 10_000;
const DEPOSIT_MS = 60_000;

async function ask<T>(path: string, body?: unknown, timeout = TIMEOUT_MS): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...(body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeout),
    });
  } catch {
    throw new Error("The portal does not answer; check the connection and load the page again.");
  }
  const answer = await response.json().catch(() => null) as (T & { error?: string }) | null;
  if (answer?.error) throw new Error(answer.error);
  if (!response.ok || answer === null) throw new Error(`The portal answered ${path} with status ${response.status}; try again in a moment.`);
  return answer;
}

/** The portal's HTTP API. Every call throws one sentence. What it says of keys and relays is checked against signatures and the chain. */
export const portal = {
  config: (): Promise<PortalConfig> => ask("/api/config"),
  streams: (): Promise<StreamSummary[]> => ask("/api/streams"),
  stream: (id: bigint): Promise<StreamInfo> => ask(`/api/streams/${id}`),
  relays: (id: bigint): Promise<{ records: string[] }> => ask(`/api/streams/${id}/relays`),
  deposit: (request: DepositRequest): Promise<{ txHash: string }> => ask("/api/deposits", request, DEPOSIT_MS),
  faucet: (address: string, amount: string): Promise<unknown> => ask("/api/devnet/faucet", { address, amount }, DEPOSIT_MS),
};
