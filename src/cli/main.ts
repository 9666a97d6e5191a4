import { agenciesCommand } from './agencies.js';
import { boundaryCommand } from './boundary.js';
import { clausesCommand } from './clauses.js';
import { doubtsCommand } from './doubts.js';
import { exportCommand } from './export.js';
import { feedCommand } from './feed.js';
import { generateCommand } from './generate.js';
import { importCommand } from './import.js';
import { keysCommand } from './keys.js';
import { operationsCommand } from './operations.js';
import { schemaCommand } from './schema.js';
import { tokenCommand } from './token.js';
import { UsageError } from './usage.js';
import { verifyLogCommand } from './verify-log.js';
import { webhooksCommand } from './webhooks.js';

/** A command prints its result on standard output and returns the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, { readonly run: Command; readonly usage: string }>> = {
  agencies: { run: agenciesCommand, usage: 'agencies                                   机关代码 · codes of the agencies' },
  token: { run: tokenCommand, usage: 'token --agency CODE [--role ROLE] [--scope bulk]  本地令牌 · a token of the local issuer' },
  import: { run: importCommand, usage: 'import permits|lists FILE [--profile NAME|PATH] [--organ CODE] [--json] | rejects BATCH  导入 · take in a file; its bad rows to mend' },
  doubts: { run: doubtsCommand, usage: 'doubts list | show | accept | refuse       存疑数据 · doubtful rows, a work list' },
  export: { run: exportCommand, usage: 'export DOCUMENT --out FILE.csv|FILE.ndjson [--url URL]   批量导出 · request, follow and fetch an export (HUB_TOKEN)' },
  generate: { run: generateCommand, usage: 'generate permits ROWS [--seed N] [--dirt] [--as FORM]  合成数据 · synthetic file of the national layout' },
  feed: { run: feedCommand, usage: 'feed status | new-epoch                    变更日志 · the change log; new-epoch after a restore' },
  keys: { run: keysCommand, usage: 'keys list | rotate [--retire]              身份标识密钥 · keys of the sealed personal data' },
  webhooks: { run: webhooksCommand, usage: 'webhooks list | approve | withdraw         回调主机的批准 · where webhooks may lead' },
  'verify-log': { run: verifyLogCommand, usage: 'verify-log [--from M] [--to M] [--public-key F] | --show-key  核验访问日志 · verify the access log' },
  boundary: { run: boundaryCommand, usage: 'boundary [--write | --check] | diff        数据边界、变更后果 · the compiled boundary; what a change does' },
  clauses: { run: clausesCommand, usage: 'clauses [--open] [--json]                  条款、规则、测试 · clauses with their rules and tests' },
  operations: { run: operationsCommand, usage: 'operations                                 可信查询的编号 · ids of the trusted documents' },
  schema: { run: schemaCommand, usage: 'schema [--write | --check]                 模式 · the GraphQL schema' },
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) {
  process.stderr.write(`用法 · Usage: npm run --silent hub -- COMMAND\n${Object.values(commands).map(({ usage }) => `  ${usage}\n`).join('')}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await command.run(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
