import "./style.css";
import { h } from "./dom.ts";
import { header } from "./header.ts";
import { prepared } from "./prepared.ts";
import { wakeSound } from "./sound.ts";
import { startPage } from "./startPage.ts";
import { watchPage } from "./watchPage.ts";

prepared().catch(() => {});
wakeSound();
const watch = /^\/watch\/(\d{1,78})\/?$/.exec(location.pathname);
if (watch) void watchPage(document.body, BigInt(watch[1]!));
else if (location.pathname === "/") void startPage(document.body);
else document.body.replaceChildren(header(), h("main", { class: "start" }, h("h1", {}, "Nothing here"), h("p", {}, "This address names no stream; the list of streams is on the start page.")));

// A stream that was clicked on begins without a new page; the way back is a new page, which ends it.
addEventListener("popstate", () => location.reload());
