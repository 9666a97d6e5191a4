import { parseArgs } from 'node:util';
import { HubKeys } from '../access/keys.js';
import { LocalIssuer } from '../access/tokens.js';
import { readConfig } from '../config.js';
import { systemClock } from '../measures/clock.js';
import { UsageError } from './usage.js';

/** Prints a token of the local issuer and nothing else. */
export async function tokenCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { agency: { type: 'string' }, role: { type: 'string' } } });
  if (!values.agency) throw new UsageError('缺少 --agency · --agency CODE is missing. Next step: hub agencies lists the codes.');
  const issuer = await LocalIssuer.open(new HubKeys(readConfig(process.env).dataFolder), systemClock);
  process.stdout.write(`${await issuer.issue(values.agency, values.role ?? null)}\n`);
  return 0;
}
