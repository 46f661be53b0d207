import { LocalKey } from "@clustercast/player";
import { h } from "./dom.ts";
import { header } from "./header.ts";
import { portal, type StreamSummary } from "./portal.ts";
import { watchPage } from "./watchPage.ts";

/** The list of streams. */
export async function startPage(root: HTMLElement): Promise<void> {
  const list = h("div", { class: "streams" }, h("p", { class: "note" }, "Looking for streams…"));
  root.replaceChildren(header(), h("main", { class: "start" },
    h("h1", {}, "Live now"), h("p", { class: "promise" }, "Live video from peer to peer: checked byte by byte, paid by the megabyte."), list));
  setTimeout(() => LocalKey.warmUp());
  try {
    const streams = await portal.streams();
    const sorted = streams.toSorted((a, b) => Number(b.live) - Number(a.live));
    list.replaceChildren(...sorted.map(card));
    if (streams.length === 0) list.replaceChildren(h("p", { class: "note" }, "Nobody broadcasts yet. Start one with OBS or FFmpeg and it appears here."));
  } catch (error) {
    list.replaceChildren(h("p", { class: "message bad" }, (error as Error).message));
  }
}

function card(stream: StreamSummary): HTMLElement {
  const href = `/watch/${encodeURIComponent(stream.id)}`;
  const click = (event: Event): void => {
    if (event instanceof MouseEvent && (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) return;
    event.preventDefault();
    history.pushState(null, "", href + location.hash);
    void watchPage(document.body, BigInt(stream.id), event.timeStamp);
  };
  return h("a", { class: "card", href, click },
    h("div", { class: "thumb" }, stream.live ? h("span", { class: "live" }, "Live") : h("span", { class: "off" }, "Off air")),
    h("h2", {}, stream.title), h("small", {}, `Stream ${stream.id}`));
}
