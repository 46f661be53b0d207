import type { EvidenceFile, Incident, PlayerStats } from "@clustercast/player";
import type { Viewing } from "./viewing.ts";

/** What the page shows to a program that drives it. */
export interface PageApi {
  stats(): PlayerStats;
  /** Sends the closing tickets, waits at most 3 s for the acknowledgements. */
  stop(): Promise<PlayerStats>;
  evidence(): EvidenceFile[];
  incidents(): Incident[];
}

declare global {
  interface Window { clustercast?: PageApi }
}

/** Exposes a viewing as `window.clustercast`. */
export function exposeApi({ player }: Viewing): void {
  window.clustercast = {
    stats: () => player.stats(),
    stop: () => player.stop(),
    evidence: () => player.subscription.evidence,
    incidents: () => player.subscription.incidents,
  };
}
