// What an OP-stack chain charges a transaction for its data since Fjord: specs.optimism.io, protocol/fjord/exec-engine.
const INTERCEPT = -42_585_600n;
const FASTLZ_COEFFICIENT = 836_500n;
const MIN_SIZE = 100_000_000n;

/** Fee in wei of a signed, serialized transaction. Fees of L1 are in wei, scalars as in the chain's SystemConfig. */
export function l1Fee(bytes, { baseFee, baseFeeScalar, blobBaseFee, blobBaseFeeScalar }) {
  return estimatedSize(bytes) * (baseFeeScalar * baseFee * 16n + blobBaseFeeScalar * blobBaseFee) / 1_000_000_000_000n;
}

/** Bytes that the transaction adds to a batch, times 1e6. */
export function estimatedSize(bytes) {
  const size = INTERCEPT + FASTLZ_COEFFICIENT * BigInt(fastLzLength(bytes));
  return size > MIN_SIZE ? size : MIN_SIZE;
}

const WINDOW = 8_192;
const MAX_COPY = 262;
const MAX_LITERALS = 32;
// No match begins in the last bytes (13), or compares the very last (4).
const UNSEARCHED = 13;
const UNCOMPARED = 4;

/** Length of what level 1 of FastLZ makes of the bytes. */
export function fastLzLength(bytes) {
  const end = bytes.length - UNSEARCHED;
  const seen = new Uint32Array(WINDOW);
  const three = (at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
  const note = (at) => {
    const slot = (Math.imul(three(at), 2_654_435_769) >>> 19) & (WINDOW - 1);
    const before = seen[slot];
    seen[slot] = at;
    return before;
  };
  let length = 0;
  let literalsFrom = 0;
  for (let at = 2; at + 1 < end;) {
    const before = note(at);
    if (at - before >= WINDOW || three(before) !== three(at)) {
      at++;
      continue;
    }
    length += literals(at - literalsFrom);
    const beyond = compared(bytes, before + 3, at + 3);
    length += copy(beyond);
    at += beyond;
    note(at++);
    note(at++);
    literalsFrom = at;
  }
  return length + literals(bytes.length - literalsFrom);
}

/** How many bytes are compared, the first different one included: one less than a match has beyond its first two. */
function compared(bytes, from, to) {
  const most = bytes.length - UNCOMPARED - to;
  let count = 0;
  while (count < most && bytes[from + count] === bytes[to + count]) count++;
  return Math.min(count + 1, most);
}

const literals = (count) => count + Math.ceil(count / MAX_LITERALS);

function copy(length) {
  const whole = Math.floor((length - 1) / MAX_COPY);
  return 3 * whole + (length - whole * MAX_COPY >= 7 ? 3 : 2);
}
