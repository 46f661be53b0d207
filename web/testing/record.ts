import type { RelayRecord } from "@clustercast/player/wire/index";

/** A record as nobody has signed it, for what looks at its addresses only. */
export function unsignedRecord(node: string, endpoints: RelayRecord["endpoints"]): RelayRecord {
  return { type: "record", endpoints, tracks: [], node, payout: node, price: 0n, issued: 1n, expires: 60_001n, signature: new Uint8Array(65) };
}
