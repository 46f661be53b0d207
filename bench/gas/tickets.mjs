import { encodePacked, keccak256, parseSignature, signatureToCompactSignature, slice, stringToHex } from 'viem';

export const FACE_VALUE = 50_000;
// All but one of 2^64 draws win: what is measured is the redemption of winners, whose calldata looks the same at any probability.
const WIN_PROB = 2n ** 64n - 1n;
const TICKET = [
  { name: 'relay', type: 'address' }, { name: 'stream', type: 'uint256' }, { name: 'terms', type: 'uint32' }, { name: 'commit', type: 'bytes32' },
  { name: 'salt', type: 'uint128' }, { name: 'faceValue', type: 'uint32' }, { name: 'winProb', type: 'uint64' }, { name: 'epoch', type: 'uint32' },
];
const BIND = [{ name: 'owner', type: 'address' }, { name: 'viewingKey', type: 'address' }];
const RECEIVE = [
  { name: 'from', type: 'address' }, { name: 'to', type: 'address' }, { name: 'value', type: 'uint256' },
  { name: 'validAfter', type: 'uint256' }, { name: 'validBefore', type: 'uint256' }, { name: 'nonce', type: 'bytes32' },
];
const FOREVER = 2n ** 256n - 1n;

/** Tickets and purses of one stream at one relay. */
export class Tickets {
  #chain;
  #broker;
  #domain;

  constructor(chain, broker, relay, stream) {
    this.#chain = chain;
    this.#broker = broker;
    this.#domain = chain.domain('TicketBroker', broker);
    this.relay = relay;
    this.stream = stream;
  }

  /** Fills a purse from its owner's wallet by EIP-3009; `sender` pays the gas and gets a fee for it. */
  async deposit(sender, owner, viewer, amount, { bind, salt }) {
    const fee = 2_000n;
    const nonce = await this.#chain.read(this.#broker, 'authorizationNonce', owner.address, viewer.address, fee, salt);
    const signature = await owner.signTypedData({
      domain: { name: 'USD Coin', version: '2', chainId: this.#chain.id, verifyingContract: this.#chain.usdc.address },
      types: { ReceiveWithAuthorization: RECEIVE },
      primaryType: 'ReceiveWithAuthorization',
      message: { from: owner.address, to: this.#broker.address, value: amount, validAfter: 0n, validBefore: FOREVER, nonce },
    });
    const binding = bind
      ? await viewer.signTypedData({ domain: this.#domain, types: { Bind: BIND }, primaryType: 'Bind', message: { owner: owner.address, viewingKey: viewer.address } })
      : '0x';
    return this.#chain.send(sender, this.#broker, 'depositWithAuthorization', [owner.address, viewer.address, amount, fee, fee, salt, 0n, FOREVER, signature, binding]);
  }

  /** A group of winners of the current epoch, one for each [index, viewer]. */
  async group(places) {
    const epoch = Math.floor(await this.#chain.now() / this.#chain.deployment.epochSeconds);
    const winners = await Promise.all(places.map(([index, viewer]) => this.#winner(epoch, index, viewer)));
    return { relay: this.relay.address, stream: this.stream, terms: 1, faceValue: FACE_VALUE, winners };
  }

  async #winner(epoch, index, viewer) {
    const r = keccak256(stringToHex(`preimage ${epoch} ${index}`));
    const salt = BigInt(slice(keccak256(r), 0, 16));
    const message = {
      relay: this.relay.address, stream: this.stream, terms: 1, commit: keccak256(encodePacked(['bytes32', 'uint32'], [r, index])),
      salt, faceValue: FACE_VALUE, winProb: WIN_PROB, epoch,
    };
    const signature = await viewer.signTypedData({ domain: this.#domain, types: { Ticket: TICKET }, primaryType: 'Ticket', message });
    const { r: sigR, yParityAndS: sigVs } = signatureToCompactSignature(parseSignature(signature));
    return { r, sigR, sigVs, fields: (salt << 128n) | (WIN_PROB << 64n) | (BigInt(index) << 32n) | BigInt(epoch) };
  }

  /** Redeems a group; every winner must be paid. */
  async redeem(sender, group) {
    const receipt = await this.#chain.send(sender, this.#broker, 'redeem', [[group]]);
    const paid = receipt.logs.length === 1 && (receipt.logs[0].data.length - 2) / 64 - 7 === group.winners.length;
    if (!paid) throw new Error(`redeem skipped winners in ${receipt.transactionHash}`);
    return receipt;
  }
}
