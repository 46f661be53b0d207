import { h } from "./dom.ts";

/** The bar on top of every page. */
export function header(): HTMLElement {
  return h("header", { class: "bar" }, h("a", { href: "/", class: "brand" }, h("img", { src: "/icon.svg", alt: "", width: "26", height: "26" }), "ClusterCast"));
}
