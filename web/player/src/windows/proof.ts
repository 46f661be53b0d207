import { concat, type Verifier } from "@clustercast/verifier";

const INNER = Uint8Array.of(0x01);

/** The sibling hashes from `index` to the root of the RFC 6962 tree, lowest first; a node that is carried up has none on that level. */
export function siblings(verifier: Verifier, hashes: readonly Uint8Array[], index: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let level = [...hashes];
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling) found.push(sibling);
    const next: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1];
      next.push(right ? verifier.sha256(concat(INNER, level[i]!, right)) : level[i]!);
    }
    level = next;
  }
  return found;
}
