import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of a file of the project; the compiled CLI lies in dist/src/cli. */
export function projectFile(name: string): string {
  return path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', name);
}
