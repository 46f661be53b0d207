// Livepeer's TicketBroker and Controller from the artifacts of its SDK, with GenericMock for the rest, as Livepeer's own unit tests have it.
import { readFileSync } from 'node:fs';
import { encodeAbiParameters, encodeDeployData, encodePacked, keccak256, maxUint256, stringToHex, toBytes, toEventSelector, toFunctionSelector, zeroAddress } from 'viem';
import { dataUsd, executionUsd } from '../gas/prices.mjs';
import { packageFile } from '../lib/packages.mjs';

const BATCH = 50;
const CALL = 40;
const ROUND = 100n;
const ROUND_HASH = keccak256(stringToHex('round'));
const FACE_VALUE = 10n ** 15n;
// The batch swallows what fails, so that an estimate of its gas may leave too little for the last ticket.
const PLENTY = 15_000_000n;
const REDEEMED = toEventSelector('WinningTicketRedeemed(address,address,uint256,uint256,uint256,uint256,bytes)');

/** What we measure of our own redemption, with its tickets and senders. */
export async function livepeer(root, chain) {
  const artifact = (name) => JSON.parse(readFileSync(packageFile(root, 'bench', `@livepeer/sdk/abis/${name}.json`), 'utf8'));
  const owner = await chain.account('livepeer owner');
  const create = async (name, ...args) => {
    const { abi, bytecode } = artifact(name);
    return { abi, address: await chain.create(owner, encodeDeployData({ abi, bytecode, args })) };
  };
  const controller = await create('Controller.sol/Controller');
  const broker = await create('pm/TicketBroker.sol/TicketBroker', controller.address);
  const register = (name, { address }) => chain.send(owner, controller, 'setContractInfo', [keccak256(stringToHex(name)), address, zeroAddress]);
  await chain.send(owner, controller, 'unpause', []);
  await register('TicketBroker', broker);
  const mocks = {};
  for (const name of ['BondingManager', 'Minter', 'RoundsManager']) await register(name, mocks[name] = await create('test/mocks/GenericMock.sol/GenericMock'));
  const rounds = (setter, signature, value) => chain.send(owner, mocks.RoundsManager, setter, [toFunctionSelector(signature), value]);
  await rounds('setMockUint256', 'currentRound()', ROUND);
  await rounds('setMockBool', 'currentRoundInitialized()', true);
  await rounds('setMockBytes32', 'blockHashForRound(uint256)', ROUND_HASH);
  await chain.send(owner, broker, 'setTicketValidityPeriod', [2n]);
  await chain.send(owner, broker, 'setUnlockPeriod', [2n]);

  const orchestrator = await chain.account('orchestrator');
  const senders = await chain.accounts('sender', BATCH);
  const [deposit, reserve] = [FACE_VALUE * 1_000n, FACE_VALUE];
  for (const sender of senders) await chain.send(sender, broker, 'fundDepositAndReserve', [deposit, reserve], { value: deposit + reserve });

  let nonce = 0n;
  const ticketOf = async (sender) => {
    nonce += 1n;
    const rand = BigInt(keccak256(stringToHex(`rand ${nonce}`)));
    const ticket = {
      recipient: orchestrator.address, sender: sender.address, faceValue: FACE_VALUE, winProb: maxUint256, senderNonce: nonce,
      recipientRandHash: keccak256(encodePacked(['uint256'], [rand])),
      auxData: encodeAbiParameters([{ type: 'uint256' }, { type: 'bytes32' }], [ROUND, ROUND_HASH]),
    };
    const { recipient, faceValue, winProb, senderNonce, recipientRandHash, auxData } = ticket;
    const hash = keccak256(encodePacked(
      ['address', 'address', 'uint256', 'uint256', 'uint256', 'bytes32', 'bytes'],
      [recipient, sender.address, faceValue, winProb, senderNonce, recipientRandHash, auxData],
    ));
    return { ticket, rand, signature: await sender.signMessage({ message: { raw: toBytes(hash) } }) };
  };
  const measure = async (from) => {
    const all = await Promise.all(from.map(ticketOf));
    const receipt = all.length === 1
      ? await chain.send(orchestrator, broker, 'redeemWinningTicket', [all[0].ticket, all[0].signature, all[0].rand])
      : await chain.send(orchestrator, broker, 'batchRedeemWinningTickets', [all.map((one) => one.ticket), all.map((one) => one.signature), all.map((one) => one.rand)], { gas: PLENTY });
    const redeemed = receipt.logs.filter(({ topics }) => topics[0] === REDEEMED).length;
    if (redeemed !== all.length) throw new Error(`Livepeer redeemed ${redeemed} of ${all.length} tickets in ${receipt.transactionHash}`);
    return { ...receipt, gas: Math.round(Number(receipt.gasUsed) / all.length), newSlots: await chain.newSlots(receipt) / all.length };
  };
  await measure(senders.slice(0, 1));
  const single = await measure(senders.slice(0, 1));
  const ofOne = await measure(Array(BATCH).fill(senders[0]));
  const ofMany = await measure(senders);
  const call = await measure(senders.slice(0, CALL));
  return {
    redeemSingle: single.gas,
    redeemBatch50OneViewerPerTicket: ofOne.gas,
    redeemBatch50ManyViewersPerTicket: ofMany.gas,
    redeemCallUsd: executionUsd(call),
    redeemCallL1Usd: dataUsd(call),
    newSlotsPerRedemption: single.newSlots,
  };
}
