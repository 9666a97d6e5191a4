import { parseArgs } from 'node:util';
import { HubKeys } from '../access/keys.js';
import { LocalIssuer } from '../access/local-issuer.js';
import { readConfig } from '../config.js';
import { systemClock } from '../measures/clock.js';
import { StartUpError } from '../start-up-error.js';
import { UsageError } from './usage.js';

/** Prints a token of the local issuer and nothing else. Throws StartUpError LOCAL_ISSUER_REFUSED in production mode. */
export async function tokenCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { agency: { type: 'string' }, role: { type: 'string' }, scope: { type: 'string' } },
  });
  if (!values.agency) throw new UsageError('缺少 --agency · --agency CODE is missing. Next step: hub agencies lists the codes.');
  const { identity, dataFolder } = readConfig(process.env);
  if (identity.mode === 'production') {
    throw new StartUpError('LOCAL_ISSUER_REFUSED', {
      zh: '生产模式不签发本地令牌。请向身份提供方换取令牌。',
      en: 'Production mode issues no local tokens. Get one from the identity provider.',
    });
  }
  const issuer = await LocalIssuer.open(new HubKeys(dataFolder), systemClock);
  process.stdout.write(`${await issuer.issue(values.agency, values.role ?? null, values.scope ?? null)}\n`);
  return 0;
}
