import type { Candidate, Player, TransportKind } from "@clustercast/player";
import { download, h } from "./dom.ts";
import { pricePerGb, short } from "./format.ts";

const TRANSPORTS: Record<TransportKind, string> = { webTransport: "WebTransport", webSocket: "WebSocket" };

/** The relays that this page knows, with what it makes of each. */
export class RelayPanel {
  readonly element: HTMLElement;
  readonly #list = h("ul", { class: "relays" });
  readonly #files = h("div", { class: "files" });
  #shown = "";

  constructor(private readonly player: Player) {
    this.element = h("section", { class: "panel" }, h("h2", {}, "Relays"), this.#list, this.#files);
  }

  show(): void {
    const { subscription } = this.player, now = Date.now();
    const rows = subscription.candidates.all.map((c) => ({ c, by: subscription.transportOf(c.node), ...stateOf(c, subscription.relay?.node ?? null, subscription.standby, now) }));
    const { incidents, evidence } = subscription;
    const key = JSON.stringify([rows.map((r) => [r.c.node, r.state, r.why, r.by, r.c.roundTrip, String(r.c.record.price)]), incidents.length, evidence.length]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#list.replaceChildren(...rows.map(({ c, by, state, why }) => h("li", { class: state.replace(" ", "-") },
      h("i"), h("code", { title: c.node }, short(c.node)), h("span", { class: "state" }, state),
      h("small", by?.why ? { title: by.why } : {},
        [c.record.price === 0n ? "free" : pricePerGb(c.record.price), c.roundTrip === null ? "" : `${Math.round(c.roundTrip)} ms`, by ? TRANSPORTS[by.kind] : ""].filter(Boolean).join(" · ")),
      why ? h("p", {}, why) : null)));
    if (rows.length === 0) this.#list.replaceChildren(h("li", { class: "none" }, "No relay known yet."));
    const file = (label: string, name: string, content: readonly unknown[]): HTMLElement | null =>
      content.length === 0 ? null : h("button", { type: "button", class: "quiet", click: () => download(name, content.length === 1 ? content[0] : content) }, `${label} (${content.length})`);
    this.#files.replaceChildren(...[file("Save evidence", "evidence.json", evidence), file("Save incidents", "incidents.json", incidents)].filter((b) => b !== null));
  }
}

function stateOf(c: Candidate, inUse: string | null, standby: string | null, now: number): { state: string; why: string } {
  if (c.bannedUntil > now) return { state: "banned", why: c.why };
  if (c.node === inUse) return { state: "in use", why: "" };
  if (c.restsUntil > now) return { state: "resting", why: c.why };
  return { state: c.node === standby ? "standby" : "known", why: "" };
}
