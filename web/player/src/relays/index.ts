export { BAN_MS, Candidates, score, type Candidate } from "./candidates.ts";
export { Goodbye, RelayConnection, type ConnectionContext, type Socket } from "./connection.ts";
export { incidentOf, type Incident } from "./incident.ts";
export { RelayLink, type Failure, type LinkEvents } from "./link.ts";
export { carries, recordDigest, recordFault, webSocketOf } from "./record.ts";
export { Subscription, type ReadableKeys, type SubscriptionOptions } from "./subscription.ts";
