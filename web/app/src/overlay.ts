import type { Player, PlayerStats } from "@clustercast/player";
import { h, say } from "./dom.ts";
import { dollars, megabytes, pricePerGb, seconds, short } from "./format.ts";

/** The figures over the picture. */
export class Overlay {
  readonly element: HTMLElement;
  readonly #verified = h("b");
  readonly #rejected = h("b");
  readonly #spent = h("b");
  readonly #relay = h("b");
  readonly #price = h("b");
  readonly #latency = h("b");

  constructor() {
    const figure = (label: string, value: HTMLElement): HTMLElement => h("div", { class: "figure" }, h("span", {}, label), value);
    this.element = h("div", { class: "overlay", "aria-live": "off" },
      figure("verified", this.#verified), figure("rejected leaves", this.#rejected), figure("spent", this.#spent),
      figure("relay", this.#relay), figure("price", this.#price), figure("behind live", this.#latency));
  }

  show(stats: PlayerStats, player: Player): void {
    const relay = player.subscription.relay, price = player.subscription.price ?? relay?.record.price;
    say(this.#verified, megabytes(stats.verifiedBytes));
    say(this.#rejected, String(stats.leavesRejected));
    this.#rejected.classList.toggle("bad", stats.leavesRejected > 0);
    say(this.#spent, dollars(stats.usdcSigned));
    say(this.#relay, relay ? short(relay.node) : "–");
    say(this.#price, price === undefined ? "–" : price === 0n ? "free" : pricePerGb(price));
    say(this.#latency, seconds(stats.latencyMs));
  }
}
