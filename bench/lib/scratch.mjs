import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set();
const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
process.on('exit', () => folders.forEach(remove));

/** Runs `use` with a new folder, which is removed afterwards, also when the process ends in between. */
export async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'clustercast-bench-'));
  folders.add(folder);
  try {
    return await use(folder);
  } finally {
    folders.delete(folder);
    remove(folder);
  }
}
