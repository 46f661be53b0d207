import type { Purse } from "../purse/index.ts";
import type { Deployment } from "../signing/index.ts";
import type { SigningKeys, VerifiedPart } from "../windows/index.ts";

/** The signing keys, and how they are read again. */
export interface ReadableKeys extends SigningKeys {
  /** Resolves when they have been read for the first time. */
  ready: Promise<void>;
  refresh(): Promise<void>;
}

export interface SubscriptionOptions {
  stream: bigint;
  /** Lines of the picture; 0 is any. */
  track: number;
  deployment: Deployment;
  keys: ReadableKeys;
  purse: Purse | null;
  /** A relay without a verified leaf for this long is left, ms. */
  stallAfterMs: number;
  /** Complete, verified parts in their order. */
  onPart(part: VerifiedPart): void;
  /** Fetches records anew. Called often when relays are missing: the callee bounds its own rate. */
  moreRecords(): void;
  /** Something that a page shows has changed. */
  onChange(): void;
}
