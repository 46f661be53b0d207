// Answers questions of the C# tests by viem and Solady: a JSON list on standard input, a list of hex strings on standard output.
// Numbers travel as { n: "decimal" }.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const viem = require("viem");
const { LibZip } = createRequire(new URL("../../../contracts/package.json", import.meta.url))("./node_modules/solady/js/solady.js");
const { mnemonicToAccount, privateKeyToAccount } = require("viem/accounts");

const developmentMnemonic = "test test test test test test test test test test test junk";

const revive = (value) => {
  if (Array.isArray(value)) return value.map(revive);
  if (value && typeof value === "object") return "n" in value ? BigInt(value.n) : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v)]));
  return value;
};

const answer = {
  abi: ({ types, values }) => viem.encodeAbiParameters(viem.parseAbiParameters(types), revive(values)),
  fastlz: ({ data }) => LibZip.flzCompress(data),
  call: ({ signature, values }) => viem.encodeFunctionData({ abi: viem.parseAbi([`function ${signature}`]), args: revive(values) }),
  topic: ({ signature }) => viem.toEventSelector(`event ${signature}`),
  selector: ({ signature }) => viem.toFunctionSelector(`function ${signature}`),
  transaction: ({ key, transaction }) => privateKeyToAccount(key).signTransaction({ type: "eip1559", ...revive(transaction) }),
  typed: ({ typed }) => viem.hashTypedData(revive(typed)),
  created: ({ from, nonce }) => viem.getContractAddress({ from, nonce: BigInt(nonce) }).toLowerCase(),
  mnemonic: ({ index }) => viem.bytesToHex(mnemonicToAccount(developmentMnemonic, { addressIndex: index }).getHdKey().privateKey),
};

const questions = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await Promise.all(questions.map((question) => answer[question.kind](question)))));
