import { Verifier } from "@clustercast/verifier";
import scalarUrl from "@clustercast/verifier/verifier.wasm?url";
import simdUrl from "@clustercast/verifier/verifier.simd.wasm?url";

async function bytes(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error("The verifier could not be loaded; load the page again.");
  return response.arrayBuffer();
}

/** Begins to load when this module does. */
export const verifierLoading: Promise<Verifier> = Verifier.load({ simd: bytes(simdUrl), scalar: () => bytes(scalarUrl) });
verifierLoading.catch(() => {});
