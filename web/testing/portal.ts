import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { recoverTypedDataAddress, encodeAbiParameters, keccak256, toFunctionSelector, type Hex } from "viem";
import { encodeBody } from "@clustercast/player/wire/index";
import { toHex } from "@clustercast/verifier";
import type { Deployment } from "@clustercast/player/signing/index";
import type { TestRelay } from "./relay.ts";

const dist = new URL("../app/dist/", import.meta.url);
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };
const USDC = "0x00000000000000000000000000000000000000cc";
const TRANSFER = [
  { type: "address", name: "from" }, { type: "address", name: "to" }, { type: "uint256", name: "value" },
  { type: "uint256", name: "validAfter" }, { type: "uint256", name: "validBefore" }, { type: "bytes32", name: "nonce" },
] as const;
export const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' ws: wss: http: https:; media-src blob:; img-src 'self' data:; object-src 'none'; base-uri 'none'";

export interface PortalOptions { deployment: Deployment; signingKey: string; relays: () => TestRelay[]; balances?: Record<string, bigint> }

/** The portal's pages and API, and a chain that answers the calls that the page makes. Deposits are checked with viem. */
export class TestPortal {
  readonly balances: Record<string, bigint>;
  readonly requests: string[] = [];
  readonly #server: Server;
  url = "";

  private constructor(private readonly options: PortalOptions) {
    this.balances = options.balances ?? {};
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (c: Buffer) => chunks.push(c)).on("end", () => {
        this.#answer(request.url!, Buffer.concat(chunks).toString(), response).catch((error: Error) => this.#json(response, { error: error.message }, 500));
      });
    });
  }

  static async start(options: PortalOptions): Promise<TestPortal> {
    const portal = new TestPortal(options);
    portal.#server.listen(0, "127.0.0.1");
    await once(portal.#server, "listening");
    portal.url = `http://127.0.0.1:${(portal.#server.address() as AddressInfo).port}`;
    return portal;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(path: string, body: string, response: ServerResponse): Promise<void> {
    this.requests.push(path);
    const { deployment, relays } = this.options;
    if (path === "/rpc") {
      const calls = JSON.parse(body) as Call | Call[];
      return this.#json(response, Array.isArray(calls) ? calls.map((call) => this.#rpc(call)) : this.#rpc(calls));
    }
    if (path === "/api/config") return this.#json(response, { ...deployment, chainId: Number(deployment.chainId), rpcUrl: `${this.url}/rpc`, usdc: USDC, epochSeconds: 86_400, devnet: true });
    if (path === "/api/streams") return this.#json(response, [{ id: "1", title: "The test picture", live: true }, { id: "2", title: "Nothing on", live: false }]);
    if (path === "/api/streams/1") return this.#json(response, { id: "1", title: "The test picture", category: "Tests", live: true, tracks: [480] });
    if (path === "/api/streams/1/relays") return this.#json(response, { records: relays().map((r) => toHex(encodeBody(r.record()))) });
    if (path === "/api/devnet/faucet") return this.#json(response, { txHash: "0x01" });
    if (path === "/api/deposits") return this.#json(response, await this.#deposit(JSON.parse(body) as Record<string, string>));
    const file = path.startsWith("/assets/") || extname(path) ? path.slice(1) : "index.html";
    const bytes = await readFile(new URL(file, dist)).catch(() => null);
    response.writeHead(bytes ? 200 : 404, { "content-type": types[extname(file)] ?? "application/octet-stream", "content-security-policy": CSP }).end(bytes);
  }

  async #deposit(d: Record<string, string>): Promise<object> {
    const { deployment } = this.options, chainId = Number(deployment.chainId);
    const nonce = keccak256(encodeAbiParameters([{ type: "address" }, { type: "address" }, { type: "uint256" }, { type: "bytes32" }], [d.owner as Hex, d.viewingKey as Hex, BigInt(d.maxFee!), d.salt as Hex]));
    const owner = await recoverTypedDataAddress({
      domain: { name: "USD Coin", version: "2", chainId, verifyingContract: USDC as Hex }, primaryType: "ReceiveWithAuthorization" as const, signature: d.authorization as Hex,
      types: { ReceiveWithAuthorization: TRANSFER },
      message: { from: d.owner as Hex, to: deployment.ticketBroker as Hex, value: BigInt(d.amount!), validAfter: BigInt(d.validAfter!), validBefore: BigInt(d.validBefore!), nonce },
    });
    const key = await recoverTypedDataAddress({
      domain: { name: "ClusterCast TicketBroker", version: "1", chainId, verifyingContract: deployment.ticketBroker as Hex }, primaryType: "Bind", signature: d.bind as Hex,
      types: { Bind: [{ type: "address", name: "owner" }, { type: "address", name: "viewingKey" }] }, message: { owner: d.owner as Hex, viewingKey: d.viewingKey as Hex },
    });
    if (owner.toLowerCase() !== d.owner || key.toLowerCase() !== d.viewingKey) return { error: "The authorization is not signed by the owner." };
    this.balances[d.viewingKey] = (this.balances[d.viewingKey] ?? 0n) + BigInt(d.amount!);
    return { txHash: `0x${"11".repeat(32)}` };
  }

  #rpc(call: Call): object {
    const [{ data }] = call.params, word = `0x${data.slice(10, 74)}` as Hex;
    const results: Record<string, () => Hex> = {
      [toFunctionSelector("delegationsOf(uint256)")]: () => encodeAbiParameters(
        [{ type: "tuple[]", components: [{ type: "address", name: "key" }, { type: "uint64", name: "from" }, { type: "uint64", name: "until" }] }],
        [[{ key: this.options.signingKey as Hex, from: 0n, until: 4_000_000_000n }]]),
      [toFunctionSelector("purseOf(address)")]: () => encodeAbiParameters(
        [{ type: "address" }, { type: "uint32" }, { type: "uint32" }, { type: "uint32" }],
        [`0x${"00".repeat(20)}`, Number(this.balances[`0x${word.slice(26)}`] ?? 0n), 0, 0]),
      [toFunctionSelector("name()")]: () => encodeAbiParameters([{ type: "string" }], ["USD Coin"]),
      [toFunctionSelector("version()")]: () => encodeAbiParameters([{ type: "string" }], ["2"]),
    };
    return { jsonrpc: "2.0", id: call.id, result: results[data.slice(0, 10)]?.() ?? "0x" };
  }

  #json(response: ServerResponse, value: object, status = 200): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  }
}

interface Call { id: number; params: [{ to: string; data: string }] }
