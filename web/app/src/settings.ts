const RPC = "clustercast:rpc";
const CEILING = "clustercast:ceilingPrice";
const DEFAULT_CEILING = 1_000_000n;

/** What the viewer has set in this browser. */
export const settings = {
  /** The chain's RPC endpoint; the portal's suggestion where none is set. */
  rpcUrl: (suggested: string): string => localStorage.getItem(RPC) || suggested,
  setRpcUrl(url: string): void { if (url) localStorage.setItem(RPC, url); else localStorage.removeItem(RPC); },
  /** Micro-USDC per 1e9 bytes. */
  ceilingPrice: (): bigint => BigInt(localStorage.getItem(CEILING) ?? DEFAULT_CEILING),
  setCeilingPrice: (price: bigint): void => localStorage.setItem(CEILING, price.toString()),
};

/** `#autofund=3&viewingKey=0x..`: for runs without hands. */
export function hashOptions(hash: string): { autofund: string | null; viewingKey: string | null } {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  return { autofund: values.get("autofund"), viewingKey: values.get("viewingKey") };
}
