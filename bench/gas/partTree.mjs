// The tree of RFC 6962 §2.1 over part nodes, and its audit paths (§2.1.1).
import { concat, sha256 } from 'viem';

const inner = (left, right) => sha256(concat(['0x01', left, right]));

/** The largest power of two below the count. */
function half(count) {
  let size = 1;
  while (size * 2 < count) size *= 2;
  return size;
}

export const rootOf = (nodes) => (nodes.length === 1 ? nodes[0] : inner(rootOf(nodes.slice(0, half(nodes.length))), rootOf(nodes.slice(half(nodes.length)))));

/** The siblings of a node on its way to the root, lowest first. */
export function pathOf(nodes, index) {
  if (nodes.length === 1) return [];
  const middle = half(nodes.length);
  const [left, right] = [nodes.slice(0, middle), nodes.slice(middle)];
  return index < middle ? [...pathOf(left, index), rootOf(right)] : [...pathOf(right, index - middle), rootOf(left)];
}
