export { headDigest, headToJson, LAST, type Head, type SignedHead } from "./head.ts";
export { VerifiedPart, VerifiedWindow } from "./verifiedWindow.ts";
export type { LeafProof, Refusal, Verdict } from "./verdict.ts";
export { Playhead } from "./playhead.ts";
export { siblings } from "./proof.ts";
export { WindowVerifier, type SigningKeys, type VerifiedTrack } from "./windowVerifier.ts";
