import { expect, test } from "vitest";
import type { Clock } from "@clustercast/player/clock";
import { Silence } from "@clustercast/player/relays/silence";

let now = 0;
const clock: Clock = { now: () => now, after: () => () => {} };

function steady(silence: Silence, intervalMs: number, parts: number): void {
  for (let i = 0; i < parts; i++) silence.part(BigInt(now += intervalMs));
}

test("patience follows the rhythm of the parts, between 150 ms and the longest", () => {
  const silence = new Silence(clock, 1_500);
  expect(silence.patienceMs).toBe(500);
  steady(silence, 20, 50);
  expect(silence.patienceMs).toBe(150);
  steady(silence, 100, 200);
  expect(silence.patienceMs).toBeCloseTo(150, 0);
  steady(silence, 400, 200);
  expect(silence.patienceMs).toBeCloseTo(450, 0);
  steady(silence, 4_000, 200);
  expect(silence.patienceMs).toBe(1_500);
});

test("a burst tells the rhythm by its capture times, and one long pause changes little", () => {
  const silence = new Silence(clock, 1_500);
  for (let i = 0; i < 30; i++) silence.part(BigInt(i * 100));
  expect(silence.patienceMs).toBeCloseTo(150, 0);
  now += 60_000;
  silence.part(3_000n);
  expect(silence.patienceMs).toBeLessThan(500);
});

test("vain alarms double the patience up to eight times, an earned one and time forget them", () => {
  const silence = new Silence(clock, 1_500);
  steady(silence, 20, 50);
  const vain = [0, 1, 2, 3].map(() => {
    expect(silence.settle(false, now)).toBe(false);
    return silence.patienceMs;
  });
  expect(vain).toEqual([300, 600, 1_200, 1_200]);
  expect(silence.settle(true, now)).toBe(true);
  expect(silence.patienceMs).toBe(150);
  silence.settle(true, now - 300);
  expect(silence.patienceMs).toBe(300);
  now += 15_001;
  expect(silence.patienceMs).toBe(150);
});

test("a relay that is silent too gives way after a turn, twice as long each time", () => {
  const silence = new Silence(clock, 1_500);
  expect(silence.turnMs).toBe(250);
  silence.nextTurn();
  expect(silence.turnMs).toBe(500);
  expect(silence.settle(true, now)).toBe(false);
  expect(silence.turnMs).toBe(250);
});
