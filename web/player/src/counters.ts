/** What one viewing counts. All of it only grows. */
export class Counters {
  leavesVerified = 0;
  leavesRejected = 0;
  /** Leaf bytes that verified; each leaf once for a relay. */
  verifiedBytes = 0;
  /** Leaf bytes that arrived, duplicates and late ones too. */
  mediaBytes = 0;
  /** Bytes of all frames of all connections. */
  receivedBytes = 0;
  /** Whole frames about connections, subscriptions, sessions and relays. */
  controlBytes = 0;

  /** Everything that arrived and is no media. */
  get overheadBytes(): number { return this.receivedBytes - this.mediaBytes; }
  /** Hashes, signatures and framing, in percent of the media. */
  get proofOverheadPercent(): number {
    return this.mediaBytes === 0 ? 0 : (100 * (this.overheadBytes - this.controlBytes)) / this.mediaBytes;
  }
}
