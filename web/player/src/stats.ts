import type { Latency } from "./media/glassToGlass.ts";
import type { Player } from "./player.ts";
import type { TransportKind } from "./relays/index.ts";
import type { Step } from "./timeline.ts";

/** The figures of one viewing, as reports carry them. Money is micro-USDC in decimal strings. */
export interface PlayerStats {
  /** From the moment that the page was asked to play to the first painted frame; null before it. */
  firstFrameMs: number | null;
  /** When each step to the first picture was taken, ms since the page was asked to play. */
  timeline: Partial<Record<Step, number>>;
  /** null where the picture carries no time code. */
  glassToGlassMs: Latency | null;
  verifiedBytes: number;
  leavesVerified: number;
  leavesRejected: number;
  /** Leaves that reached the decoder and do not hash to what was signed, by a second implementation. */
  badLeavesShown: number;
  /** Received payload bytes that are no media. */
  overheadBytes: number;
  /** Of these: connection, subscription, session and discovery frames. */
  controlBytes: number;
  /** Hashes, signatures and framing, in percent of the media bytes. */
  proofOverheadPercent: number;
  stalls: number;
  droppedFrames: number;
  relaysUsed: string[];
  /** How the relay in use, or else the last one, is reached. */
  transport: TransportKind | null;
  /** Why that is not WebTransport, in a sentence; empty where it is, or where it was not tried. */
  whyNoWebTransport: string;
  bannedRelays: { node: string; why: string }[];
  ticketsSent: number;
  bytesPaid: string;
  /** Average value of the signed tickets. */
  usdcSigned: string;
  /** Exact price of the verified bytes, micro-USDC with up to nine decimals. */
  usdcExpected: string;
  evidenceCount: number;
  incidentCount: number;
  /** Latest glass-to-glass sample, or the distance to the newest buffered frame where there is no code. */
  latencyMs: number | null;
  /** One sentence about why nothing plays; empty while it does. */
  trouble: string;
}

export function statsOf(player: Player, video: HTMLVideoElement): PlayerStats {
  const { counters, subscription, feeder, glass, purse } = player;
  const behind = feeder.behindNewest;
  const now = Date.now();
  return {
    firstFrameMs: player.firstFrameMs,
    timeline: player.timeline.steps,
    glassToGlassMs: glass.summary,
    verifiedBytes: counters.verifiedBytes,
    leavesVerified: counters.leavesVerified,
    leavesRejected: counters.leavesRejected,
    badLeavesShown: feeder.badLeavesShown,
    overheadBytes: counters.overheadBytes,
    controlBytes: counters.controlBytes,
    proofOverheadPercent: Math.round(counters.proofOverheadPercent * 1000) / 1000,
    stalls: feeder.stalls,
    droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
    relaysUsed: [...subscription.relaysUsed],
    transport: subscription.transport,
    whyNoWebTransport: subscription.transport === "webSocket" ? subscription.whyNoWebTransport(subscription.relaysUsed.at(-1) ?? "") : "",
    bannedRelays: subscription.candidates.all.filter((c) => c.bannedUntil > now).map(({ node, why }) => ({ node, why })),
    ticketsSent: purse.ledger.tickets,
    bytesPaid: purse.ledger.paid.toString(),
    usdcSigned: purse.ledger.signedValue.toString(),
    usdcExpected: purse.ledger.exactCost,
    evidenceCount: subscription.evidence.length,
    incidentCount: subscription.incidents.length,
    latencyMs: glass.latest ?? (behind === null ? null : Math.round(1000 * behind)),
    trouble: feeder.trouble || subscription.trouble,
  };
}
