// What of the stream each subscriber got between two moments, checked against what the broadcaster published meanwhile.

const WINDOW_SECONDS = 2;
const COUNTERS = ['leavesDelivered', 'leavesLost', 'leavesLate', 'leavesRejected', 'partsLost', 'partsDropped', 'stalls', 'stalledMs', 'switches', 'ticketsSent', 'bytesPaid'];

/** Figures of one subscriber: the counters' differences, its delays, and `lossPercent`: leaves late or lost of all that were due. */
export function accountOf(name, before, after) {
  const account = { name };
  for (const counter of COUNTERS) account[counter] = after[counter] - before[counter];
  const due = account.leavesDelivered + account.leavesLost;
  account.lostPercent = (100 * account.leavesLost) / due;
  account.lossPercent = (100 * (account.leavesLost + account.leavesLate)) / due;
  for (const delay of ['delayP50Ms', 'delayP95Ms', 'delayMaxMs']) account[delay] = after[delay];
  return account;
}

/** Leaves that the broadcaster published and that a subscriber neither got nor missed, beyond the window that may be under way at either moment. */
export function unaccounted(account, published, seconds) {
  const underWay = (2 * published * WINDOW_SECONDS) / seconds;
  return Math.max(0, Math.abs(published - account.leavesDelivered - account.leavesLost) - underWay);
}
