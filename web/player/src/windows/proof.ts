import { concat, type Verifier } from "@clustercast/verifier";
import { MAX_PARTS_PER_WINDOW } from "../wire/limits.ts";

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

/** The root to which siblings lead from a node (RFC 9162 §2.1.3.2), of a tree of at most 256; null where they do not fit. */
export function rootOver(verifier: Verifier, node: Uint8Array, index: number, count: number, path: readonly Uint8Array[]): Uint8Array | null {
  if (count > MAX_PARTS_PER_WINDOW || index >= count) return null;
  let last = count - 1;
  for (const sibling of path) {
    if (last === 0) return null;
    if (index % 2 === 1 || index === last) {
      node = verifier.sha256(concat(INNER, sibling, node));
      while (index % 2 === 0 && index !== 0) [index, last] = [index >> 1, last >> 1];
    } else {
      node = verifier.sha256(concat(INNER, node, sibling));
    }
    [index, last] = [index >> 1, last >> 1];
  }
  return last === 0 ? node : null;
}
