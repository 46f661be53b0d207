import { LocalKey } from "@clustercast/player";
import { exposeApi } from "./api.ts";
import { h, say } from "./dom.ts";
import { header } from "./header.ts";
import { Overlay } from "./overlay.ts";
import { portal, type StreamInfo } from "./portal.ts";
import { prepared } from "./prepared.ts";
import { PursePanel } from "./pursePanel.ts";
import { RelayPanel } from "./relayPanel.ts";
import { hashOptions, settings } from "./settings.ts";
import { Viewing } from "./viewing.ts";

const REFRESH_MS = 250;
/** The page is laid out when a relay is being dialed, or after this long. */
const DIAL_MS = 60;
/** The figures and panels come with the picture, or after this long. */
const DRESS_MS = 400;

/** The page of one stream. Everything that the picture needs is asked for at once; `askedAt` is when, on the clock of `performance.now()`. */
export async function watchPage(root: HTMLElement, stream: bigint, askedAt = 0): Promise<void> {
  const asked = { relays: portal.relays(stream), info: portal.stream(stream) };
  asked.relays.catch(() => {});
  asked.info.catch(() => {});
  const view = layout();
  const show = (): void => root.replaceChildren(header(), view.main);
  // A page that is opened shows itself at once; on a click the relay comes first, since laying a page out keeps the answers waiting.
  if (askedAt === 0) show();
  warmUp();
  try {
    let painted!: () => void;
    const picture = new Promise<void>((seen) => { painted = seen; });
    const explain = (trouble: string): void => {
      say(view.trouble, trouble || (player.firstFrameMs === null ? "Connecting…" : ""));
      view.stage.classList.toggle("waiting", view.trouble.textContent !== "" && !isMoving(view.video));
    };
    let refresh = (): void => {
      explain(player.subscription.trouble);
      if (player.firstFrameMs !== null) painted();
    };
    const viewing = new Viewing(await prepared(), stream, view.video, askedAt, () => refresh());
    const { player } = viewing;
    exposeApi(viewing);
    player.start();
    const dialed = asked.relays.then((r) => viewing.takeRecords(r.records), (error: Error) => { player.subscription.trouble = error.message; });
    await Promise.race([dialed, after(DIAL_MS)]);
    if (askedAt !== 0) show();
    addEventListener("pagehide", () => void player.stop());
    await Promise.race([picture, after(DRESS_MS)]);
    const overlay = new Overlay(), relays = new RelayPanel(player), purse = new PursePanel(viewing);
    refresh = (): void => {
      const stats = player.stats();
      overlay.show(stats, player);
      relays.show();
      purse.show();
      explain(stats.trouble);
    };
    view.stage.append(overlay.element);
    view.side.append(purse.element, relays.element);
    void asked.info.then((info) => showInfo(view, info), () => say(view.title, `Stream ${stream}`));
    setInterval(refresh, REFRESH_MS);
    refresh();
    const { autofund: amount } = hashOptions(location.hash);
    if (amount) await autofund(viewing, purse, amount);
  } catch (error) {
    show();
    say(view.trouble, (error as Error).message);
    view.stage.classList.add("waiting");
  }
}

/** What takes a while the first time, done while the answers are on their way. */
function warmUp(): void {
  LocalKey.warmUp();
  settings.ceilingPrice();
}

async function autofund(viewing: Viewing, purse: PursePanel, amount: string): Promise<void> {
  await viewing.refreshBalance().catch(() => {});
  if (viewing.config.devnet && viewing.purse.balance === 0n) await purse.fund(amount, true);
}

function after(ms: number): Promise<void> { return new Promise((over) => setTimeout(over, ms)); }

function isMoving(video: HTMLVideoElement): boolean { return !video.paused && video.readyState > 2; }

interface View {
  main: HTMLElement; stage: HTMLElement; video: HTMLVideoElement; trouble: HTMLElement; title: HTMLElement; category: HTMLElement; live: HTMLElement; side: HTMLElement;
}

function layout(): View {
  const video = h("video", { autoplay: true, playsinline: true });
  video.muted = true;
  const mute = h("button", { type: "button", class: "mute", click: () => { video.muted = !video.muted; label(); } });
  const label = (): void => { say(mute, video.muted ? "Unmute" : "Mute"); mute.setAttribute("aria-pressed", String(!video.muted)); };
  label();
  const full = h("button", { type: "button", click: () => void (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()) }, "Full screen");
  const trouble = h("p", { class: "trouble", role: "status" }, "Connecting…");
  const stage: HTMLElement = h("div", { class: "stage waiting" }, video, trouble, h("div", { class: "controls" }, mute, full));
  const title = h("h1", {}, " "), category = h("span", { class: "category" }), live = h("span", { class: "live", hidden: true }, "Live");
  const side = h("aside", { class: "side" });
  const promise = h("p", { class: "promise" }, "Every 16 KiB of this picture is checked in your browser against the broadcaster’s key on the chain before it is shown. You pay the relay only for what checked out.");
  const main = h("main", { class: "watch" }, h("div", { class: "theatre" }, stage, h("div", { class: "about" }, live, title, category), promise), side);
  return { main, stage, video, trouble, title, category, live, side };
}

function showInfo(view: View, info: StreamInfo): void {
  say(view.title, info.title);
  say(view.category, info.category);
  view.live.hidden = !info.live;
  document.title = `${info.title} · ClusterCast`;
}
