// What `make` has built, in the configuration of this run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

export const configuration = process.env.CONFIGURATION ?? 'Release';

/** The program of a project: `built(root, 'src/ClusterCast.Cli', 'clustercast')`. Throws one sentence when it is not there. */
export function built(root, project, name, target = 'build') {
  const file = join(root, project, 'bin', configuration, 'net10.0', name);
  if (!existsSync(file)) throw new Failure(`${name} is not built (${configuration}). Build it with: make ${target} CONFIGURATION=${configuration}`, 69);
  return file;
}

/** The product. */
export const product = (root) => built(root, 'src/ClusterCast.Cli', 'clustercast', 'product');
