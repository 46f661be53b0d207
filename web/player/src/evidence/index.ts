export { EvidenceAllowance, EvidenceDesk, type Finding } from "./desk.ts";
export { judge } from "./judge.ts";
export { readOffence, timeOf, type Offence } from "./offence.ts";
