// HOPR's channels contract as it was deployed on Gnosis Chain, from the npm package. Its token is USDC here.
import { readFileSync } from 'node:fs';
import { bytesToHex, encodeDeployData, encodeFunctionData, encodePacked, hexToBytes, keccak256, maxUint256, stringToHex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { packageFile } from '../lib/packages.mjs';

// The constructor registers itself there as one that takes ERC-777 tokens; a redemption does not need it.
const ERC1820_REGISTRY = '0x1820a4B7618BdE71Dce8cdc73aAB6C95905faD24';
const STOP = '0x00';
const CLOSURE_SECONDS = 300;
const BATCH = 50;
const FUNDS = 10_000_000n;
const AMOUNT = 50_000n;

/** Redemptions whose money goes to the open channel back, which costs less than a transfer of tokens. A batch is its multicall. */
export async function hopr(root, chain) {
  const { abi, bytecode } = JSON.parse(readFileSync(packageFile(root, 'bench', '@hoprnet/hopr-ethereum/deployments/monte_rosa/xdai/HoprChannels.json'), 'utf8'));
  const relay = await chain.account('hopr relay');
  await chain.client.setCode({ address: ERC1820_REGISTRY, bytecode: STOP });
  const channels = { abi, address: await chain.create(relay, encodeDeployData({ abi, bytecode, args: [chain.usdc.address, CLOSURE_SECONDS] })) };
  const announce = (account) => chain.send(account, channels, 'announce', [bytesToHex(hexToBytes(account.publicKey).slice(1)), '0x01']);

  await announce(relay);
  const opened = [];
  for (const source of await chain.accounts('hopr source', BATCH)) {
    await announce(source);
    opened.push(await open(chain, channels, source, relay));
  }
  const measure = async (calls) => {
    const [first] = calls;
    const receipt = calls.length === 1
      ? await chain.send(relay, channels, 'redeemTicket', first)
      : await chain.send(relay, channels, 'multicall', [calls.map((args) => encodeFunctionData({ abi, functionName: 'redeemTicket', args }))]);
    return { gas: Math.round(Number(receipt.gasUsed) / calls.length), newSlots: await chain.newSlots(receipt) / calls.length };
  };
  const each = (list) => Promise.all(list.map((channel) => channel.next()));

  // A channel's first redemption writes the index that the others raise.
  await measure(await each(opened));
  const single = await measure(await each(opened.slice(0, 1)));
  const ofOne = await measure(await each(Array(BATCH).fill(opened[0])));
  const ofMany = await measure(await each(opened));
  return {
    redeemSingle: single.gas,
    redeemBatch50OneViewerPerTicket: ofOne.gas,
    redeemBatch50ManyViewersPerTicket: ofMany.gas,
    newSlotsPerRedemption: single.newSlots,
  };
}

/** Opens channels in both directions; `next` gives the arguments that redeem the next ticket of the source. */
async function open(chain, channels, source, relay) {
  // Commitments are used from the end of a chain of hashes to its beginning.
  const commitments = [keccak256(source.address)];
  while (commitments.length < BATCH + 4) commitments.push(keccak256(commitments.at(-1)));
  await chain.give(source.address, 3n * FUNDS);
  await chain.send(source, chain.usdc, 'approve', [channels.address, maxUint256]);
  await chain.send(source, channels, 'fundChannelMulti', [source.address, relay.address, FUNDS, FUNDS]);
  await chain.send(relay, channels, 'bumpChannel', [source.address, commitments.pop()]);
  await chain.send(source, channels, 'bumpChannel', [relay.address, keccak256(relay.address)]);

  const [ticketEpoch, channelEpoch, winProb] = [1n, 1n, maxUint256];
  let index = 0n;
  const next = async () => {
    const [commitment, ticketIndex] = [commitments.pop(), index += 1n];
    const secret = keccak256(stringToHex(`proof of relay ${source.address} ${ticketIndex}`));
    const ticket = keccak256(encodePacked(
      ['address', 'address', 'uint256', 'uint256', 'uint256', 'uint256', 'uint256'],
      [relay.address, privateKeyToAddress(secret), ticketEpoch, AMOUNT, winProb, ticketIndex, channelEpoch],
    ));
    const signature = await source.signMessage({ message: { raw: ticket } });
    return [source.address, commitment, ticketEpoch, ticketIndex, secret, AMOUNT, winProb, signature];
  };
  return { next };
}
