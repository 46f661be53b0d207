/** Prices, probabilities and values of spec/tickets.md. Money is micro-USDC, prices are micro-USDC per 1,000,000,000 bytes. */
export const PRICE_BYTES = 1_000_000_000n;

/** `floor(price * bytes * 2^64 / (1e9 * faceValue))`, or null where the bytes cost the face value or more. */
export function winProbability(price: bigint, bytes: bigint, faceValue: bigint): bigint | null {
  if (faceValue <= 0n) return null;
  const scaled = ((price * bytes) << 64n) / (PRICE_BYTES * faceValue);
  return scaled >> 64n === 0n ? scaled : null;
}

/** The most bytes that one ticket can pay, at most 2^32 - 1. */
export function maxTicketBytes(price: bigint, faceValue: bigint): bigint {
  const most = 0xffff_ffffn;
  if (price === 0n) return most;
  const fits = (PRICE_BYTES * faceValue - 1n) / price;
  return fits < most ? fits : most;
}

/** What a ticket is worth on average, in 2^-64 micro-USDC. */
export function scaledValue(winProb: bigint, faceValue: bigint): bigint {
  return winProb * faceValue;
}
