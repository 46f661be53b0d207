import { h } from "./dom.ts";
import { header } from "./header.ts";
import { portal, type StreamSummary } from "./portal.ts";

/** The list of streams. */
export async function startPage(root: HTMLElement): Promise<void> {
  const list = h("div", { class: "streams" }, h("p", { class: "note" }, "Looking for streams…"));
  root.replaceChildren(header(), h("main", { class: "start" },
    h("h1", {}, "Live now"), h("p", { class: "promise" }, "Live video from peer to peer: checked byte by byte, paid by the megabyte."), list));
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
  return h("a", { class: "card", href: `/watch/${encodeURIComponent(stream.id)}` },
    h("div", { class: "thumb" }, stream.live ? h("span", { class: "live" }, "Live") : h("span", { class: "off" }, "Off air")),
    h("h2", {}, stream.title), h("small", {}, `Stream ${stream.id}`));
}
