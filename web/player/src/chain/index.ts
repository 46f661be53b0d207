export { ChainReader, textOf, wordAt } from "./rpc.ts";
export { ChainKeys, readDelegations, type Delegation } from "./streamKeys.ts";
export { readPurse, type PurseState } from "./ticketBroker.ts";
