import { defineConfig, type Plugin } from "vite";

/** Asks for what every page needs before its script has arrived. */
const preload: Plugin = {
  name: "preload",
  transformIndexHtml: {
    order: "post",
    handler(_, { bundle }) {
      const wasm = Object.keys(bundle ?? {}).find((file) => file.endsWith(".wasm") && file.includes("simd"));
      return [...(wasm ? [`/${wasm}`] : []), "/api/config"].map((href) => (
        { tag: "link", attrs: { rel: "preload", as: "fetch", href, crossorigin: "anonymous" }, injectTo: "head" as const }));
    },
  },
};

export default defineConfig({
  plugins: [preload],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 200, sourcemap: false },
});
