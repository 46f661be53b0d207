import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { missing } from './failure.mjs';

/** Path of a package's file as the npm folder (`web`, `bench`) of the repository has it. */
export function packageFile(root, folder, file) {
  try {
    return createRequire(join(root, folder, 'package.json')).resolve(file);
  } catch {
    throw missing(`The npm package ${file.split('/', file.startsWith('@') ? 2 : 1).join('/')}`, `(cd ${folder} && npm ci)`);
  }
}

/** What a CommonJS package of an npm folder exports. */
export const importPackage = async (root, folder, name) => (await import(pathToFileURL(packageFile(root, folder, name)))).default;
