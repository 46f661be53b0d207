import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*/test/**/*.test.ts"],
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
    // A browser and an encoder in real time want the machine for themselves.
    fileParallelism: false,
    testTimeout: 120_000,
  },
});
