import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { readConfig } from '../config.js';
import { agencyOfCode } from '../measures/agencies.js';
import { AddressRules, interfaceAddresses } from '../webhooks/address-rules.js';
import { parseRange, type AddressRange } from '../webhooks/address.js';
import { ApprovalStore } from '../webhooks/approval-store.js';
import { isPlainHost } from '../webhooks/target.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

const usage =
  '用法 · Usage: webhooks list [--agency CODE] | approve --agency CODE --host NAME [--port N] --range CIDR … [--plain-http] | withdraw --agency CODE --host NAME [--port N]';

/** A wider range is nobody's network: it approves whatever a name may come to point to. Bits by length of the address in bytes. */
const widest: Readonly<Record<number, number>> = { 4: 8, 16: 32 };

const options = {
  agency: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string', default: '443' },
  range: { type: 'string', multiple: true },
  'plain-http': { type: 'boolean', default: false },
} as const;

/** Where webhooks of agencies may lead: an administrator of the hub approves host, port and address ranges, or withdraws them. */
export function webhooksCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const [what, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(usage);
  const agency = values.agency === undefined ? null : (agencyOfCode(values.agency)?.code ?? null);
  if (values.agency !== undefined && agency === null) throw new UsageError(`未知机关 · Unknown agency: ${values.agency}`);
  if (what === 'list') return withDatabase(async (database) => listed(new ApprovalStore(database.pool()), agency, await statesOf(database.pool(), agency)));
  const host = values.host?.toLowerCase() ?? '';
  const port = Number(values.port);
  if (agency === null || !isPlainHost(host) || !Number.isInteger(port) || port < 1 || port > 65_535) throw new UsageError(usage);
  if (what === 'withdraw') {
    return withDatabase(async (database) => {
      const was = await new ApprovalStore(database.pool()).withdraw({ agency, host, port }, userInfo().username);
      process.stdout.write(was ? `已撤回 · withdrawn: ${agency} ${host}:${port}\n` : `没有此项批准 · no such approval: ${agency} ${host}:${port}\n`);
      return was ? 0 : 1;
    });
  }
  if (what !== 'approve') throw new UsageError(usage);
  const ranges = rangesOf(values.range ?? [], readConfig(process.env).ownAddresses);
  return withDatabase(async (database) => {
    await new ApprovalStore(database.pool()).approve({ agency, host, port, ranges, plainHttp: values['plain-http'] }, userInfo().username);
    process.stdout.write(`已批准 · approved: ${agency} ${host}:${port} ${ranges.join(', ')}${values['plain-http'] ? ' http' : ''}\n`);
    return 0;
  });
}

function rangesOf(texts: readonly string[], own: readonly AddressRange[]): readonly string[] {
  if (texts.length === 0) throw new UsageError(usage);
  const rules = new AddressRules(interfaceAddresses, own);
  for (const text of texts) {
    const range = parseRange(text);
    if (!range || range.bits < (widest[range.base.length] ?? 0)) {
      throw new UsageError(`网段无效或过宽（IPv4 至少 /8，IPv6 至少 /32） · Not a range, or too wide a one (IPv4 /8, IPv6 /32 at least): ${text}`);
    }
    const why = rules.rangeRefusal(range);
    if (why !== null) throw new UsageError(`此网段一律不得投递（${why}） · Nothing is ever sent to this range (${why}): ${text}`);
  }
  return texts;
}

interface State {
  readonly agency: string;
  readonly host: string;
  readonly label: string;
  readonly state: string;
  readonly suspension: string | null;
  readonly dead: string;
}

async function statesOf(pool: Pool, agency: string | null): Promise<readonly State[]> {
  const { rows } = await pool.query<State>(
    `SELECT w.agency, w.host, w.label, w.state, w.suspension, (SELECT count(*) FROM hub.webhook_delivery d WHERE d.webhook = w.id AND d.state = 'DEAD') AS dead
     FROM hub.webhook w WHERE $1::text IS NULL OR w.agency = $1 ORDER BY w.agency, w.registered_at`,
    [agency],
  );
  return rows;
}

async function listed(store: ApprovalStore, agency: string | null, states: readonly State[]): Promise<number> {
  for (const one of await store.history(agency)) {
    const withdrawn = one.withdrawn === null ? '' : `\t已撤回 · withdrawn ${one.withdrawn.by} ${one.withdrawn.at.toISOString()}`;
    process.stdout.write(`${one.agency}\t${one.host}:${one.port}${one.plainHttp ? '\thttp' : ''}\t${one.ranges.join(', ')}\t${one.approvedBy}\t${one.approvedAt.toISOString()}${withdrawn}\n`);
  }
  for (const { agency: of, host, label, state, suspension, dead } of states) {
    process.stdout.write(`${of}\t${host}\t${label}\t${state}${suspension === null ? '' : ` ${suspension}`}\t死信 · dead ${dead}\n`);
  }
  return 0;
}
