import { describe, expect, test } from "vitest";
import { dollars, megabytes, parseDollars, pricePerGb, seconds, short } from "../src/format.ts";
import { amountFault } from "../src/funding.ts";
import { hashOptions } from "../src/settings.ts";

test("money is written so that small sums can be read", () => {
  expect([0n, 1n, 500n, 12_345n, 3_000_000n, 50_000_000n].map(dollars)).toEqual(["$0.00", "$0.000001", "$0.000500", "$0.0123", "$3.00", "$50.00"]);
  expect([10_000n, 1_000_000n, 1_234_500n].map(pricePerGb)).toEqual(["$0.01 / GB", "$1.00 / GB", "$1.2345 / GB"]);
});

test("amounts are read to the micro-USDC, and nonsense is not", () => {
  expect(["3", "3.00", " $2,5 ", "0.000001", "0"].map(parseDollars)).toEqual([3_000_000n, 3_000_000n, 2_500_000n, 1n, 0n]);
  expect(["", "three", "-1", "1.2345678", "1e3", "0x10", "1.2.3"].map(parseDollars)).toEqual(Array(7).fill(null));
});

test("sizes, times and addresses", () => {
  expect([megabytes(0), megabytes(1_250_000), megabytes(123_456_789)]).toEqual(["0.0 MB", "1.3 MB", "123 MB"]);
  expect([seconds(null), seconds(1_234)]).toEqual(["–", "1.2 s"]);
  expect(short(`0x1234${"0".repeat(32)}cdef`)).toBe("0x1234…cdef");
});

describe("a deposit", () => {
  test.each([[null, "no amount"], [0n, "$0"], [50_000_001n, "more than a purse may hold"]] as const)("of %s gets one sentence", (amount, words) => {
    expect(amountFault(amount)).toContain(words);
  });
  test("up to $50 is fine", () => expect([amountFault(1n), amountFault(50_000_000n)]).toEqual([null, null]));
});

test("options of a run without hands come from the address", () => {
  expect(hashOptions("#autofund=3&viewingKey=0xab")).toEqual({ autofund: "3", viewingKey: "0xab" });
  expect(hashOptions("")).toEqual({ autofund: null, viewingKey: null });
});
