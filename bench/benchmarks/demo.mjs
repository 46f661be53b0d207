// The demo's report as figures.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const title = 'The demo: camera to verified, paid picture';
export const about = 'Local chain, broadcaster, three relays in a tree, portal and a headless Chromium, all on one machine. Glass to glass is read from a time code in the painted frames.';

export function run(root) {
  const seconds = process.env.BENCH_SECONDS ?? '60';
  const folder = mkdtempSync(join(tmpdir(), 'clustercast-bench-'));
  try {
    const file = join(folder, 'demo.json');
    const binary = join(root, 'src/ClusterCast.Cli/bin/Release/net10.0/clustercast');
    execFileSync(binary, ['demo', '--headless', '--duration', seconds, '--report', file, '--port', '0'], { stdio: ['ignore', 'inherit', 'inherit'], cwd: root });
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return {
      ran: `make demo HEADLESS=1 DURATION=${seconds}`,
      metrics: {
        firstFrameMs: report.firstFrameMs,
        glassToGlassP50Ms: report.glassToGlassMs?.p50 ?? null,
        glassToGlassP95Ms: report.glassToGlassMs?.p95 ?? null,
        proofOverheadPercent: report.proofOverheadPercent,
        stalls: report.stalls,
        droppedFrames: report.droppedFrames,
        badLeavesShown: report.badLeavesShown,
        verifiedMegabytes: report.verifiedBytes / 1e6,
        ticketsSent: report.ticketsSent,
        ticketsRedeemed: report.ticketsRedeemed,
        usdcSpent: report.usdcSpent,
        usdcExpected: report.usdcExpected,
      },
      peers: {},
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
