import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { BenchSize } from './data.js';

/**
 * Digest of everything a bench database is made of: the compiled migrations, the rows (`data.ts`) and their number. A
 * migration that is rewritten before its release changes no name and would otherwise leave an old schema in place.
 */
export function fingerprint(size: BenchSize): string {
  const migrations = new URL('../../migrations/', import.meta.url);
  const files = readdirSync(migrations).filter((name) => name.endsWith('.js')).sort();
  const hash = createHash('sha256').update(JSON.stringify(size));
  for (const name of files) hash.update(name).update(readFileSync(new URL(name, migrations)));
  return hash.update(readFileSync(new URL('data.js', import.meta.url))).digest('hex').slice(0, 32);
}
