import { chromium, type Browser } from "playwright-core";
import { domainsOf, LocalKey, type Deployment, type Domains } from "@clustercast/player/signing/index";
import type { Verifier } from "@clustercast/verifier";
import { Broadcaster } from "./broadcaster.ts";
import { Hub } from "./hub.ts";
import { LiveSource } from "./liveSource.ts";
import { TestPortal } from "./portal.ts";
import { TestRelay, type Misbehaviour, type RelayOptions } from "./relay.ts";
import { loadVerifier } from "./wasm.ts";

const contract = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;
export const deployment: Deployment = { chainId: 31337n, streamKeys: contract(0xa1), relayStaking: contract(0xa2), ticketBroker: contract(0xa3) };

/** A live broadcast with relays and a portal around it, each on a port of its own. */
export class Stage {
  readonly relays: TestRelay[] = [];
  portal!: TestPortal;
  private constructor(readonly verifier: Verifier, readonly domains: Domains, readonly signingKey: LocalKey, private readonly source: LiveSource, readonly hub: Hub) {}

  static async live(): Promise<Stage> {
    const verifier = await loadVerifier(), domains = domainsOf(verifier, deployment), key = LocalKey.fresh(verifier), source = new LiveSource();
    const init = await new Promise<Uint8Array>((done) => { source.onInit = done; });
    const hub = new Hub(new Broadcaster(verifier, domains.streamKeys, key, 1n, BigInt(Date.now()), 480, init));
    source.onPart = (part) => hub.add(part);
    await hub.ready;
    return new Stage(verifier, domains, key, source, hub);
  }

  async relay(misbehaviour: Misbehaviour = {}, options: Partial<RelayOptions> = {}): Promise<TestRelay> {
    const relay = await TestRelay.start({ verifier: this.verifier, domains: this.domains, hub: this.hub, misbehaviour, ...options });
    this.relays.push(relay);
    return relay;
  }

  async openPortal(): Promise<TestPortal> {
    return this.portal = await TestPortal.start({ deployment, signingKey: this.signingKey.address, relays: () => this.relays });
  }

  async stop(): Promise<void> {
    await Promise.all([this.source.stop(), ...this.relays.map((r) => r.stop().catch(() => {})), this.portal?.stop()]);
  }
}

/** The Chromium of this machine, without a screen. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--autoplay-policy=no-user-gesture-required"],
  });
}
