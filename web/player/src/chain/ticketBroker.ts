import { addressWord } from "../signing/index.ts";
import { addressAt, wordAt, type ChainReader } from "./rpc.ts";

/** A purse as TicketBroker holds it; money in micro-USDC, `exitAt` in Unix seconds. */
export interface PurseState { owner: string; balance: bigint; exiting: bigint; exitAt: bigint }

/** Reads `TicketBroker.purseOf`. Throws one sentence. */
export async function readPurse(chain: ChainReader, ticketBroker: string, viewingKey: string): Promise<PurseState> {
  const answer = await chain.call(ticketBroker, "purseOf(address)", addressWord(viewingKey));
  return { owner: addressAt(answer, 0), balance: wordAt(answer, 1), exiting: wordAt(answer, 2), exitAt: wordAt(answer, 3) };
}
