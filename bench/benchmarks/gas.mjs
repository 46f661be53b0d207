// Gas of what viewers, relays, keepers and broadcasters send, beside systems that do the same job.
import { prices } from '../gas/prices.mjs';
import { packageFile } from '../lib/packages.mjs';

export const title = 'Gas of the contracts';
export const about = `Every figure is the \`gasUsed\` of a receipt, intrinsic gas and calldata included, on an anvil of its own: our contracts as contracts/script deploys them, Circle's
FiatTokenV2_2, EntryPoint 0.8. Signatures and digests are viem's. The state is the steady one: what stays non-zero in operation is non-zero before, and a relay's words of
spent indexes are those of two epochs ago.

- \`redeem...PerTicket\` is a batch of 50 divided by 50; \`redeemCallUsd\` is one call with 40 tickets of 40 viewers on Base, its execution alone, and \`redeemCallL1Usd\` what Base charges
  for its data (Fjord); \`Scattered\`: the winners lie in 30 words of spent indexes. Prices:
  ${prices}.
- \`newSlotsPerRedemption\` counts, in the state difference of all these redemptions, storage slots that were zero, for each ticket.
- \`rentKey\` is a rental of a key that was rented before; \`heartbeat\` is sent by a delegated key. A fraud proof comes from a reporter who has reported before and meets a relay or stream
  with a clean record, so it writes new slots; \`fraudProof\` is the dearest kind, with 256 parts. A deposit by EIP-3009 writes one new slot, USDC's own.
- \`paymasterOverhead\` is \`handleOps\` with one operation that approves USDC, less the same when the account pays out of its deposit at EntryPoint; \`TopUp\`: the operation also draws USDC
  from the account's allowance, which Pimlico's paymaster always does.

Peers, all measured here, from their npm packages:

- livepeer: TicketBroker and Controller of @livepeer/sdk 1.0.1-alpha.10 without their proxies, with GenericMock as BondingManager, Minter and RoundsManager, as in Livepeer's unit tests:
  its real figures are higher. It pays ETH. A viewer is a sender.
- hopr: HoprChannels of @hoprnet/hopr-ethereum 1.91.24, the code on Gnosis Chain. The money goes to the channel back, without a transfer of tokens; a batch is its
  multicall. A channel joins two parties, and its tickets are redeemed in their order.
- pimlico: the singleton ERC-20 paymaster for EntryPoint 0.8 of @pimlico/mock-paymaster 0.0.7.

Not measured here, but reported by others: x402's batch settlement 192,043 for ten channels, 19.2k a voucher
([snapshot](https://github.com/x402-foundation/x402/blob/main/contracts/evm/snapshots/X402BatchSettlementGasTest.json)); Orchid v1 60,000 a ticket (the constant of its daemon, \`server.cpp\`);
Livepeer's node assumes 350,000 ([go-livepeer#1904](https://github.com/livepeer/go-livepeer/issues/1904)).`;

/** Measures ours and the peers on one chain. */
export async function run(root) {
  packageFile(root, 'bench', 'viem');
  const { measure } = await import('../gas/measure.mjs');
  const { metrics, peers, node } = await measure(root);
  return { ran: `\`make bench NAME=gas\` on ${node}`, metrics, peers };
}
