export { domainsOf, separator, type Deployment, type Domains } from "./domains.ts";
export { LocalKey } from "./keys.ts";
export { digest, typeHash, types, words, type Message, type TypeName } from "./types.ts";
export { addressWord, toUint, uintWord } from "./words.ts";
