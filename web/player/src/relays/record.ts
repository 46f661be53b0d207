import type { Verifier } from "@clustercast/verifier";
import { fromBase64Url } from "../base64.ts";
import { digest, type Domains } from "../signing/index.ts";
import { BodyWriter } from "../wire/writer.ts";
import { endpoints, tracks } from "../wire/fields.ts";
import { MAX_CLOCK_LEAD, type RelayRecord } from "../wire/index.ts";
import type { SessionAddress } from "./webTransport.ts";

const WEBSOCKET = 2;
const WEBTRANSPORT = 4;
const HASH_BYTES = 32;

/** The EIP-712 digest that a relay signs over its record. */
export function recordDigest(verifier: Verifier, domains: Domains, record: RelayRecord): Uint8Array {
  const hashed = (write: (to: BodyWriter) => void): Uint8Array => {
    const writer = new BodyWriter();
    write(writer);
    return verifier.keccak256(writer.body);
  };
  return digest(verifier, domains.relayStaking, "RelayRecord", {
    node: record.node, payout: record.payout, price: record.price, issued: record.issued, expires: record.expires,
    endpoints: hashed((to) => endpoints.write(to, record.endpoints)),
    tracks: hashed((to) => tracks.write(to, record.tracks)),
  });
}

/** Why a record cannot be used at `now` (Unix ms), or null where it can. */
export function recordFault(verifier: Verifier, domains: Domains, record: RelayRecord, now: number): string | null {
  if (record.issued > BigInt(now + MAX_CLOCK_LEAD)) return "it is issued in the future";
  if (record.expires <= BigInt(now)) return "it has expired";
  if (!webSocketOf(record) && !webTransportOf(record)) return "it names no address for a browser";
  if (verifier.recoverAddress(recordDigest(verifier, domains, record), record.signature) !== record.node) return "its signature is not the node's";
  return null;
}

/** The address by which every browser reaches the relay. */
export function webSocketOf(record: RelayRecord): string | null {
  return record.endpoints.find((e) => e.kind === WEBSOCKET && /^wss?:\/\//.test(e.url))?.url ?? null;
}

/** Where the relay's WebTransport is and which certificates may answer there; null where it names none. */
export function webTransportOf(record: RelayRecord): SessionAddress | null {
  for (const { kind, url } of record.endpoints) {
    const [address, list] = url.split("#");
    if (kind !== WEBTRANSPORT || !address!.startsWith("https://") || !list) continue;
    const hashes = list.split(",").map(fromBase64Url);
    if (hashes.every((hash) => hash?.length === HASH_BYTES)) return { url: address!, hashes: hashes as SessionAddress["hashes"] };
  }
  return null;
}

/** Whether the record says that the relay carries the track; track 0 is any. */
export function carries(record: RelayRecord, stream: bigint, track: number): boolean {
  return record.tracks.some((t) => t.stream === stream && (track === 0 || t.track === track));
}
