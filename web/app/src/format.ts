import { usdPerGb } from "@clustercast/player";

/** Micro-USDC as dollars that people can read: more digits for small sums. */
export function dollars(micro: bigint | string): string {
  const value = Number(micro) / 1e6;
  const digits = value === 0 || value >= 1 ? 2 : value >= 0.01 ? 4 : 6;
  return `$${value.toFixed(digits)}`;
}

/** A price in micro-USDC per 1e9 bytes. */
export function pricePerGb(price: bigint): string { return `${usdPerGb(price)} / GB`; }

export function megabytes(bytes: number): string { return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`; }

export function seconds(ms: number | null): string { return ms === null ? "–" : `${(ms / 1000).toFixed(1)} s`; }

/** `0x1234…cdef`. */
export function short(address: string): string { return `${address.slice(0, 6)}…${address.slice(-4)}`; }

/** Reads an amount in dollars as micro-USDC; null where it is no amount. At most six decimals. */
export function parseDollars(text: string): bigint | null {
  const match = /^\s*\$?(\d{1,9})(?:[.,](\d{1,6}))?\s*$/.exec(text);
  return match ? BigInt(match[1]!) * 1_000_000n + BigInt((match[2] ?? "").padEnd(6, "0")) : null;
}
