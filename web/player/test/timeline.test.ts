import { expect, test } from "vitest";
import { Timeline } from "@clustercast/player/timeline";

test("a timeline keeps the first time of each step, in whole ms since the page was asked to play", () => {
  let now = 1_000;
  const timeline = new Timeline(900, () => now);
  expect(timeline.at("painted")).toBeNull();
  timeline.mark("records");
  now = 1_050.6;
  timeline.mark("records");
  timeline.mark("painted", 1_040.4);
  expect(timeline.steps).toEqual({ records: 100, painted: 140 });
  expect(timeline.at("painted")).toBe(140);
});
