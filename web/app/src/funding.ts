import {
  addressWord, digest, domainsOf, separator, systemRandom, textOf, types, uintWord, type ChainReader, type Deployment, type LocalKey,
} from "@clustercast/player";
import { concat, toHex, type Verifier } from "@clustercast/verifier";
import { dollars } from "./format.ts";
import { portal, type PortalConfig } from "./portal.ts";
import { accountOf, signTyped, type Wallet } from "./wallet.ts";

/** The most that all purses of one owner hold together, micro-USDC: CAP of TicketBroker. */
export const CAP = 50_000_000n;
const VALID_SECONDS = 3600;

/** Who owns the purse: a wallet, or on a devnet a key of this browser. */
export type Owner = { wallet: Wallet } | { local: LocalKey };

/** Why an amount cannot be deposited, in one sentence, or null where it can. */
export function amountFault(amount: bigint | null): string | null {
  if (amount === null) return "That is no amount; write dollars and cents, for example 3.00.";
  if (amount === 0n) return "A deposit of $0 does nothing; choose an amount up to $50.";
  if (amount > CAP) return `${dollars(amount)} is more than a purse may hold; choose an amount up to $50.`;
  return null;
}

/**
 * Deposits `amount` micro-USDC by one EIP-3009 authorization, which the portal sends to the chain: the owner signs the transfer, the viewing key signs
 * whose purse it is. Throws one sentence.
 */
export async function deposit(verifier: Verifier, chain: ChainReader, config: PortalConfig, deployment: Deployment, viewingKey: LocalKey, owner: Owner, amount: bigint): Promise<string> {
  const fault = amountFault(amount);
  if (fault) throw new Error(fault);
  const from = "local" in owner ? owner.local.address : await accountOf(owner.wallet);
  if ("local" in owner) await portal.faucet(from, amount.toString());
  // The portal pays the gas and takes nothing; another sender could take no more than this.
  const maxFee = 0n;
  const salt = systemRandom(32);
  const nonce = verifier.keccak256(concat(addressWord(from), addressWord(viewingKey.address), uintWord(maxFee), salt));
  const message = { from, to: config.ticketBroker, value: amount, validAfter: 0n, validBefore: BigInt(Math.floor(Date.now() / 1000) + VALID_SECONDS), nonce };
  const [name, version] = (await Promise.all([chain.call(config.usdc, "name()"), chain.call(config.usdc, "version()")])).map(textOf) as [string, string];
  const authorization = "local" in owner
    ? toHex(owner.local.sign(digest(verifier, separator(verifier, name, version, deployment.chainId, config.usdc), "ReceiveWithAuthorization", message)))
    : await signTyped(owner.wallet, from, typedTransfer(config, name, version, message));
  const bind = toHex(viewingKey.sign(digest(verifier, domainsOf(verifier, deployment).ticketBroker, "Bind", { owner: from, viewingKey: viewingKey.address })));
  const { txHash } = await portal.deposit({
    owner: from, viewingKey: viewingKey.address, amount: amount.toString(), maxFee: maxFee.toString(), validAfter: "0",
    validBefore: message.validBefore.toString(), salt: toHex(salt), bind, authorization,
  });
  return txHash;
}

type Transfer = { from: string; to: string; value: bigint; validAfter: bigint; validBefore: bigint; nonce: Uint8Array };

function typedTransfer(config: PortalConfig, name: string, version: string, message: Transfer): object {
  const field = (text: string): { type: string; name: string } => { const [type, key] = text.split(" ") as [string, string]; return { type, name: key }; };
  return {
    domain: { name, version, chainId: config.chainId, verifyingContract: config.usdc },
    types: {
      EIP712Domain: "string name,string version,uint256 chainId,address verifyingContract".split(",").map(field),
      ReceiveWithAuthorization: types.ReceiveWithAuthorization.split(",").map(field),
    },
    primaryType: "ReceiveWithAuthorization",
    message: Object.fromEntries(Object.entries(message).map(([k, v]) => [k, v instanceof Uint8Array ? toHex(v) : v.toString()])),
  };
}
