import { concat, type Verifier } from "@clustercast/verifier";
import { addressWord, uintWord } from "./words.ts";

/** The EIP-712 types of spec/signing.md. */
export const types = {
  Head: "uint256 stream,uint64 run,uint16 track,uint32 window,uint16 count,bytes32 root,uint64 byteLength,uint32 leafCount,bytes32 prev,bytes32 initHash,uint64 time,uint8 flags",
  Delegation: "uint256 stream,address key,uint64 from,uint64 until",
  Receipt: "address relay,address purse,bytes32 headDigest,bytes32 servedRoot,uint64 byteLength,uint64 time",
  SessionOpen: "address purse,address relay,bytes32 nonce,uint64 time",
  SessionEnd: "address purse,address relay,bytes32 nonce,uint64 time",
  RelayRecord: "address node,address payout,uint64 price,uint64 issued,uint64 expires,bytes32 endpoints,bytes32 tracks",
  NodeProof: "address node,bytes32 challenge",
  Ticket: "address relay,uint256 stream,uint32 terms,bytes32 commit,uint128 salt,uint32 faceValue,uint64 winProb,uint32 epoch",
  Bind: "address owner,address viewingKey",
  /** USDC's, EIP-3009. */
  ReceiveWithAuthorization: "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce",
} as const;

export type TypeName = keyof typeof types;

type ValueOf<T extends string> = T extends "address" ? string : T extends "bytes32" ? Uint8Array : bigint | number;
type FieldsOf<T extends string> =
  T extends `${infer Type} ${infer Name},${infer More}` ? { [K in Name]: ValueOf<Type> } & FieldsOf<More>
  : T extends `${infer Type} ${infer Name}` ? { [K in Name]: ValueOf<Type> } : never;

/** The fields of a typed message. Further properties do no harm. */
export type Message<N extends TypeName> = FieldsOf<(typeof types)[N]>;

const fieldsOf = new Map(Object.entries(types).map(([name, list]) => [name, list.split(",").map((f) => f.split(" ") as [string, string])]));
const typeHashes = new Map<string, Uint8Array>();
const ascii = new TextEncoder();

/** keccak256 of the type's text. */
export function typeHash(verifier: Verifier, name: TypeName): Uint8Array {
  let known = typeHashes.get(name);
  if (!known) typeHashes.set(name, known = verifier.keccak256(ascii.encode(`${name}(${types[name]})`)));
  return known;
}

/** Type hash and encoded fields, 32 bytes each: what hashStruct hashes. */
export function words<N extends TypeName>(verifier: Verifier, name: N, message: Message<N>): Uint8Array {
  const values = message as unknown as Record<string, unknown>;
  return concat(typeHash(verifier, name), ...fieldsOf.get(name)!.map(([type, key]) => {
    const value = values[key];
    if (type === "address") return addressWord(value as string);
    if (type !== "bytes32") return uintWord(value as bigint | number);
    if ((value as Uint8Array).length !== 32) throw new RangeError(`${key} is not 32 bytes`);
    return value as Uint8Array;
  }));
}

/** The EIP-712 digest of a message under a domain separator. */
export function digest<N extends TypeName>(verifier: Verifier, separator: Uint8Array, name: N, message: Message<N>): Uint8Array {
  return verifier.typedDigest(separator, words(verifier, name, message));
}
