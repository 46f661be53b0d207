/** EIP-1193. */
export interface Eip1193 { request(call: { method: string; params?: unknown[] }): Promise<unknown> }
/** A wallet that has announced itself (EIP-6963). */
export interface Wallet { name: string; provider: Eip1193 }

interface Announcement extends Event { detail: { info: { uuid: string; name: string }; provider: Eip1193 } }

const found = new Map<string, Wallet>();

/** Listens for wallets from now on; `changed` is called for each. */
export function discoverWallets(changed: () => void): void {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } = (event as Announcement).detail;
    found.set(info.uuid, { name: info.name, provider });
    changed();
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

/** The wallets known so far; `window.ethereum` where none announces itself. */
export function wallets(): Wallet[] {
  const injected = (window as { ethereum?: Eip1193 }).ethereum;
  return found.size > 0 ? [...found.values()] : injected ? [{ name: "browser wallet", provider: injected }] : [];
}

/** Asks for the wallet's account. Throws one sentence. */
export async function accountOf(wallet: Wallet): Promise<string> {
  const accounts = await wallet.provider.request({ method: "eth_requestAccounts" }).catch(() => []) as string[];
  const [account] = accounts;
  if (!account) throw new Error(`${wallet.name} gave no account; unlock it and allow this page.`);
  return account.toLowerCase();
}

/** Asks for an EIP-712 signature. Throws one sentence. */
export async function signTyped(wallet: Wallet, account: string, typed: object): Promise<string> {
  const signature = await wallet.provider.request({ method: "eth_signTypedData_v4", params: [account, JSON.stringify(typed)] }).catch(() => null);
  if (typeof signature !== "string") throw new Error(`${wallet.name} did not sign; nothing was sent.`);
  return signature;
}
