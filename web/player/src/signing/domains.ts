import { concat, fromHex, type Verifier } from "@clustercast/verifier";
import { addressWord, uintWord } from "./words.ts";

/** What binds signatures to one deployment. */
export interface Deployment {
  chainId: bigint;
  streamKeys: string;
  relayStaking: string;
  ticketBroker: string;
}

/** The domain separators of the three contracts (EIP-712, version "1"). */
export interface Domains {
  streamKeys: Uint8Array;
  relayStaking: Uint8Array;
  ticketBroker: Uint8Array;
}

const utf8 = new TextEncoder();
const TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

/** A domain separator. */
export function separator(verifier: Verifier, name: string, version: string, chainId: bigint, contract: string): Uint8Array {
  const hashed = (text: string): Uint8Array => verifier.keccak256(utf8.encode(text));
  return verifier.keccak256(concat(hashed(TYPE), hashed(name), hashed(version), uintWord(chainId), addressWord(contract)));
}

/** The separators of a deployment. Throws for an address that is not 20 bytes of hex. */
export function domainsOf(verifier: Verifier, deployment: Deployment): Domains {
  for (const contract of [deployment.streamKeys, deployment.relayStaking, deployment.ticketBroker]) {
    if (fromHex(contract).length !== 20) throw new Error(`not a contract address: ${contract}`);
  }
  const of = (name: string, contract: string): Uint8Array => separator(verifier, `ClusterCast ${name}`, "1", deployment.chainId, contract);
  return {
    streamKeys: of("StreamKeys", deployment.streamKeys),
    relayStaking: of("RelayStaking", deployment.relayStaking),
    ticketBroker: of("TicketBroker", deployment.ticketBroker),
  };
}
