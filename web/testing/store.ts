import type { Store } from "@clustercast/player/purse/index";

/** Strings kept in memory. */
export class MapStore implements Store {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null { return this.items.get(key) ?? null; }
  setItem(key: string, value: string): void { this.items.set(key, value); }
}
