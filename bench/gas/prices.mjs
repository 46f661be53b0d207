// What gas is counted at: Base's least base fee and its fee scalars, and prices of a quiet day on Ethereum.
import { l1Fee } from '../lib/fjord.mjs';

const ETH_USD = 3_500;
const GAS_PRICE = 5_000_000n;
const L1 = { baseFee: 1_000_000_000n, baseFeeScalar: 2_269n, blobBaseFee: 100_000_000n, blobBaseFeeScalar: 1_055_762n };

/** In words, for the page. */
export const prices = `0.005 gwei and ETH at $3,500; for data on L1 a base fee of 1 gwei, a blob base fee of 0.1 gwei, and the scalars 2269 and 1055762`;

const usd = (wei) => Number(wei) / 1e18 * ETH_USD;

export const executionUsd = ({ gasUsed }) => usd(gasUsed * GAS_PRICE);

/** Fee of a transaction's data on Base (Fjord). */
export const dataUsd = ({ raw }) => usd(l1Fee(Buffer.from(raw.slice(2), 'hex'), L1));
