import type { Verifier } from "@clustercast/verifier";
import { Keyring } from "./keyring.ts";
import { portal, type PortalConfig } from "./portal.ts";
import { hashOptions } from "./settings.ts";
import { verifierLoading } from "./wasm.ts";

/** What every stream needs, and what names none of them. */
export interface Prepared { verifier: Verifier; config: PortalConfig; keyring: Keyring }

let preparing: Promise<Prepared> | null = null;

/** Begins with the page, and again after a failure. Throws one sentence. */
export function prepared(): Promise<Prepared> {
  return preparing ??= prepare().catch((error: unknown) => {
    preparing = null;
    throw error;
  });
}

async function prepare(): Promise<Prepared> {
  const [verifier, config] = await Promise.all([verifierLoading, portal.config()]);
  return { verifier, config, keyring: new Keyring(verifier, config.chainId, config.ticketBroker, hashOptions(location.hash).viewingKey) };
}
