import { agencies } from '../measures/agencies.js';

/** Lists agency codes with their names, one a line, tab-separated. */
export function agenciesCommand(): Promise<number> {
  for (const { code, nameZh, nameEn } of agencies) process.stdout.write(`${code}\t${nameZh}\t${nameEn}\n`);
  return Promise.resolve(0);
}
