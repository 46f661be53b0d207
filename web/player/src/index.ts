export * from "./chain/index.ts";
export { systemClock, systemRandom, type Clock, type RandomSource } from "./clock.ts";
export { Counters } from "./counters.ts";
export { Player, type PlayerOptions } from "./player.ts";
export * from "./purse/index.ts";
export * from "./relays/index.ts";
export * from "./signing/index.ts";
export { type PlayerStats } from "./stats.ts";
export * from "./wire/index.ts";
