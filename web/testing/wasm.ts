import { readFile } from "node:fs/promises";
import { Verifier } from "@clustercast/verifier";

/** The builds of the verifier that the tests run on. */
export const builds = ["verifier.simd.wasm", "verifier.wasm"] as const;

/** Loads a build from the file that `npm run wasm` writes. */
export async function loadVerifier(build: (typeof builds)[number] = "verifier.simd.wasm"): Promise<Verifier> {
  const bytes = await readFile(new URL(`../verifier/dist/${build}`, import.meta.url));
  return Verifier.of(await WebAssembly.compile(new Uint8Array(bytes)));
}
