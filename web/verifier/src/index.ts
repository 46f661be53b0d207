export { Verifier, type WasmSources } from "./verifier.ts";
export { concat, fromHex, toHex, equal } from "./bytes.ts";
export { type LeafPlace, type PartNode, LEAF_BYTES } from "./layout.ts";
