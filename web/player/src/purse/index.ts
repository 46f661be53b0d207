export { domainOf, equivocation, falseReceipt, isReceiptSigned, type EvidenceFile } from "./evidence.ts";
export { Account, Ledger, type Store } from "./ledger.ts";
export { Purse, usdPerGb, type PurseContext, type SpendingRules } from "./purse.ts";
export { ReceiptBook, type FalseReceipt, type ReceiptVerdict } from "./receipts.ts";
export { Session, type SessionLinks } from "./session.ts";
export { maxTicketBytes, PRICE_BYTES, scaledValue, winProbability } from "./tariff.ts";
