// HOPR's channels contract as it was deployed on Gnosis Chain, from the npm package. Its token is USDC here.
import { readFileSync } from 'node:fs';
import { bytesToHex, encodeDeployData, encodePacked, hexToBytes, keccak256, maxUint256, stringToHex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { packageFile } from '../lib/packages.mjs';

// The constructor registers itself there as one that takes ERC-777 tokens; a redemption does not need it.
const ERC1820_REGISTRY = '0x1820a4B7618BdE71Dce8cdc73aAB6C95905faD24';
const STOP = '0x00';
const CLOSURE_SECONDS = 300;
const FUNDS = 10_000_000n;
const AMOUNT = 50_000n;

/** Gas of a redemption whose money goes to the open channel back, which costs less than a transfer of tokens. */
export async function hopr(root, chain) {
  const { abi, bytecode } = JSON.parse(readFileSync(packageFile(root, 'bench', '@hoprnet/hopr-ethereum/deployments/monte_rosa/xdai/HoprChannels.json'), 'utf8'));
  const [source, relay] = [await chain.account('hopr source'), await chain.account('hopr relay')];
  await chain.client.setCode({ address: ERC1820_REGISTRY, bytecode: STOP });
  const channels = { abi, address: await chain.create(source, encodeDeployData({ abi, bytecode, args: [chain.usdc.address, CLOSURE_SECONDS] })) };

  // Commitments are used from the end of a chain of hashes to its beginning.
  const commitments = [keccak256(stringToHex('commitment'))];
  while (commitments.length < 4) commitments.push(keccak256(commitments.at(-1)));
  await chain.give(source.address, 3n * FUNDS);
  await chain.send(source, chain.usdc, 'approve', [channels.address, maxUint256]);
  for (const account of [source, relay]) await chain.send(account, channels, 'announce', [bytesToHex(hexToBytes(account.publicKey).slice(1)), '0x01']);
  await chain.send(source, channels, 'fundChannelMulti', [source.address, relay.address, FUNDS, FUNDS]);
  await chain.send(relay, channels, 'bumpChannel', [source.address, commitments.pop()]);
  await chain.send(source, channels, 'bumpChannel', [relay.address, keccak256(stringToHex('other'))]);

  const redeem = async (index) => {
    const secret = keccak256(stringToHex(`proof of relay ${index}`));
    const [ticketEpoch, channelEpoch, winProb] = [1n, 1n, maxUint256];
    const ticket = keccak256(encodePacked(
      ['address', 'address', 'uint256', 'uint256', 'uint256', 'uint256', 'uint256'],
      [relay.address, privateKeyToAddress(secret), ticketEpoch, AMOUNT, winProb, index, channelEpoch],
    ));
    const signature = await source.signMessage({ message: { raw: ticket } });
    return chain.send(relay, channels, 'redeemTicket', [source.address, commitments.pop(), ticketEpoch, index, secret, AMOUNT, winProb, signature]);
  };
  await redeem(1n);
  const receipt = await redeem(2n);
  return { redeemSingle: Number(receipt.gasUsed), newSlotsPerRedemption: await chain.newSlots(receipt) };
}
