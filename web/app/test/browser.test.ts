import { mkdir } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PlayerStats } from "@clustercast/player/stats";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { openBrowser, Stage } from "../../testing/stage.ts";

let browser: Browser;
let stage: Stage;
let page: Page;
const problems: string[] = [];

beforeAll(async () => { browser = await openBrowser(); });
afterAll(() => browser.close());
afterEach(async () => {
  await page.close();
  await stage.stop();
});

/** Opens the watch page and waits for the picture. */
async function open(path = "/watch/1#autofund=3"): Promise<void> {
  const portal = await stage.openPortal();
  problems.length = 0;
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") problems.push(message.text()); });
  await page.goto(portal.url + path);
}
/** Waits until the figures satisfy `condition`, at most `timeout` ms. The page's policy forbids to evaluate text inside it, so the asking is done here. */
async function until(condition: (s: PlayerStats) => boolean, timeout = 20_000): Promise<PlayerStats> {
  const end = Date.now() + timeout;
  for (;;) {
    const now = await page.evaluate(() => window.clustercast?.stats() ?? null);
    if (now && condition(now)) return now;
    if (Date.now() > end) throw new Error(`not within ${timeout} ms: ${condition.toString()}; ${JSON.stringify(now)}; ${problems.join("; ")}`);
    await page.waitForTimeout(50);
  }
}
async function shot(name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

describe("the watch page", () => {
  test("funds a purse, shows the picture, verifies and pays", async () => {
    stage = await Stage.live();
    await stage.relay({ needsSession: true });
    await stage.relay({ needsSession: true });
    await open();
    await until((s) => s.firstFrameMs !== null);
    const playing = await until((s) => s.verifiedBytes > 600_000 && s.ticketsSent >= 2 && s.glassToGlassMs !== null && s.glassToGlassMs.samples > 20);
    await shot("watching");
    const final = await page.evaluate(() => window.clustercast!.stop());
    expect(playing.leavesRejected).toBe(0);
    expect(final).toMatchObject({ badLeavesShown: 0, bannedRelays: [], evidenceCount: 0, incidentCount: 0 });
    expect(final.bytesPaid).toBe(String(final.verifiedBytes));
    expect(Math.abs(Number(final.usdcSigned) - Number(final.usdcExpected))).toBeLessThanOrEqual(1);
    expect(final.proofOverheadPercent).toBeLessThan(2);
    const tickets = stage.relays.flatMap((r) => r.tickets);
    expect(tickets.reduce((sum, t) => sum + t.bytes, 0)).toBe(final.verifiedBytes);
    expect(stage.relays.flatMap((r) => r.faults)).toEqual([]);
    // One for what was watched; the session that was opened before the purse was funded is closed too.
    expect([1, 2]).toContain(stage.relays.reduce((n, r) => n + r.sessionsClosed, 0));
    expect(problems).toEqual([]);
  });

  test.each([
    ["corrupt", { corruptAfter: 40 }, "banned"], ["killed", { crashAfter: 40 }, "resting"], ["stalled", { stallAfter: 40 }, "resting"],
  ] as const)("goes on from another relay when one is %s", async (name, misbehaviour, state) => {
    stage = await Stage.live();
    const bad = await stage.relay({ ...misbehaviour, needsSession: true }, { price: 500_000n });
    await open();
    await until((s) => s.relaysUsed.includes(bad.key.address));
    const good = await stage.relay({ needsSession: true });
    const switched = await until((s) => s.relaysUsed.includes(good.key.address), 30_000);
    const later = await until((s) => s.verifiedBytes > switched.verifiedBytes + 400_000 && s.latencyMs !== null && s.latencyMs < 3000);
    await shot(name);
    expect(later.badLeavesShown).toBe(0);
    expect(await page.locator(`.relays .${state}`).count()).toBeGreaterThanOrEqual(state === "banned" ? 1 : 0);
    expect(later.leavesRejected).toBe(name === "corrupt" ? 1 : 0);
    expect(later.bannedRelays.map((b) => b.node)).toEqual(name === "corrupt" ? [bad.key.address] : []);
    expect(later.incidentCount).toBe(name === "corrupt" ? 1 : 0);
    if (name === "corrupt") {
      expect(bad.goodbyes).toContain(3);
      const [incident] = await page.evaluate(() => window.clustercast!.incidents());
      expect(incident).toMatchObject({ kind: "corruptLeaf", node: bad.key.address, stream: "1", track: "480" });
      expect(incident!.actualLeafHash).not.toBe(incident!.expectedLeafHash);
    }
    const final = await page.evaluate(() => window.clustercast!.stop());
    expect(good.faults).toEqual([]);
    expect(good.tickets.reduce((sum, t) => sum + t.bytes, 0)).toBeGreaterThan(0);
    expect(final.stalls).toBeLessThanOrEqual(name === "stalled" ? 2 : 1);
  });

  test("keeps a false receipt as evidence and leaves the relay", async () => {
    stage = await Stage.live();
    const bad = await stage.relay({ falseReceipts: true });
    await open();
    const found = await until((s) => s.evidenceCount > 0);
    expect(found.bannedRelays.map((b) => b.node)).toEqual([bad.key.address]);
    const [evidence] = await page.evaluate(() => window.clustercast!.evidence());
    expect(evidence).toMatchObject({ kind: "falseReceipt", domain: { chainId: "31337" }, receipt: { relay: bad.key.address } });
  });

  test("says in one sentence why nothing plays", async () => {
    stage = await Stage.live();
    await stage.relay({ badProof: true });
    await open("/watch/1");
    const stuck = await until((s) => s.trouble !== "");
    expect(stuck.trouble).toBe("The relay is not the node that its record names.");
    expect(await page.locator(".trouble").textContent()).toBe(stuck.trouble);
  });

  test("refuses a deposit of nothing and of more than 50 dollars", async () => {
    stage = await Stage.live();
    await stage.relay();
    await open("/watch/1");
    const amount = page.getByLabel("Amount in USDC"), fund = page.getByRole("button", { name: "Fund purse" }), message = page.locator(".purse .message");
    for (const [text, sentence] of [["0", "A deposit of $0 does nothing"], ["50.01", "more than a purse may hold"], ["much", "no amount"]] as const) {
      await amount.fill(text);
      await fund.click();
      expect(await message.textContent()).toContain(sentence);
    }
    await amount.fill("2.50");
    await fund.click();
    await message.getByText("$2.50 deposited.").waitFor();
    expect(await page.locator(".balance").textContent()).toBe("$2.50");
    expect(stage.portal.requests.filter((r) => r === "/api/deposits")).toHaveLength(1);
  });

  test("a wallet of the browser signs the deposit, and a refusal is one sentence", async () => {
    stage = await Stage.live();
    await stage.relay();
    const portal = await stage.openPortal(), account = privateKeyToAccount(generatePrivateKey());
    page = await browser.newPage();
    let refuses = true;
    await page.exposeFunction("askWallet", async (method: string, params: string[]) => {
      if (method === "eth_requestAccounts") return [account.address];
      if (refuses) throw new Error("User rejected the request.");
      const typed = JSON.parse(params[1]!) as Parameters<typeof account.signTypedData>[0];
      return account.signTypedData(typed);
    });
    await page.addInitScript(() => {
      const provider = { request: ({ method, params }: { method: string; params?: string[] }) => (window as unknown as { askWallet(m: string, p: string[]): Promise<unknown> }).askWallet(method, params ?? []) };
      const announce = (): boolean => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info: { uuid: "1", name: "Test Wallet" }, provider } }));
      window.addEventListener("eip6963:requestProvider", announce);
    });
    await page.goto(`${portal.url}/watch/1`);
    const message = page.locator(".purse .message"), fund = page.getByRole("button", { name: "Fund purse" });
    await page.getByText("Test Wallet signs the deposit").waitFor();
    await fund.click();
    await message.getByText("Test Wallet did not sign; nothing was sent.").waitFor();
    refuses = false;
    await fund.click();
    await message.getByText("$3.00 deposited.").waitFor();
    expect(portal.requests).not.toContain("/api/devnet/faucet");
    await until((s) => s.ticketsSent > 0);
  });

  test("fits a phone", async () => {
    stage = await Stage.live();
    await stage.relay();
    await open();
    await page.setViewportSize({ width: 390, height: 844 });
    await until((s) => s.firstFrameMs !== null && s.verifiedBytes > 300_000);
    await shot("phone");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  test("unmutes by its button and goes silent by it", async () => {
    stage = await Stage.live();
    await stage.relay();
    await open();
    await until((s) => s.firstFrameMs !== null);
    const muted = (): Promise<boolean> => page.evaluate(() => document.querySelector("video")!.muted);
    expect(await muted()).toBe(true);
    await page.getByRole("button", { name: "Unmute" }).click();
    expect(await muted()).toBe(false);
    await page.getByRole("button", { name: "Mute" }).click();
    expect(await muted()).toBe(true);
  });
});

describe("the start page", () => {
  test("lists the streams and leads to one", async () => {
    stage = await Stage.live();
    await stage.relay();
    await open("/#autofund=3");
    await page.getByRole("link", { name: /The test picture/ }).waitFor();
    await shot("start");
    expect(await page.locator(".card").count()).toBe(2);
    const loads = stage.portal.requests.filter((r) => r === "/").length;
    expect(stage.portal.requests.filter((r) => r.startsWith("/api/streams/") || r === "/rpc")).toEqual([]);
    await page.getByRole("link", { name: /The test picture/ }).click();
    const { timeline } = await until((s) => s.firstFrameMs !== null);
    expect(page.url()).toMatch(/\/watch\/1#autofund=3$/);
    expect(Object.keys(timeline).toSorted()).toEqual(["appended", "buffered", "head", "keys", "painted", "part", "reached", "records", "welcomed"]);
    expect(timeline.part! >= timeline.keys! && timeline.painted! >= timeline.appended!).toBe(true);
    expect(stage.portal.requests.filter((r) => r === "/" || r.startsWith("/watch"))).toHaveLength(loads);
    await page.goBack();
    await page.getByRole("link", { name: /The test picture/ }).waitFor();
    expect(await page.evaluate(() => "clustercast" in window)).toBe(false);
    expect(problems).toEqual([]);
  });
});
