import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EvidenceFolder } from '../access/log/evidence-folder.js';
import { EvidenceKeys, fingerprintOf } from '../access/log/evidence-keys.js';
import { HubKeys } from '../access/keys.js';
import { faultText } from '../access/log/log-fault.js';
import { verifyLog } from '../access/log/verify-log.js';
import { readConfig } from '../config.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

const usage = '用法 · Usage: verify-log [--from YYYY-MM] [--to YYYY-MM] [--public-key FILE] | verify-log --show-key';

/** A progress line at most this often. */
const progressMs = 2_000;

/**
 * Verifies the access log; exit code 1 names the first bad place, 2 is a wrong call. An auditor without the data folder
 * brings the public key that `--show-key` prints.
 */
export function verifyLogCommand(args: readonly string[]): Promise<number> {
  const { from = null, to = null, 'public-key': keyFile, 'show-key': showKey } = optionsOf(args);
  if (showKey) {
    const { publicKey } = new EvidenceKeys(new HubKeys(readConfig(process.env).dataFolder));
    process.stdout.write(publicKey.export({ type: 'spki', format: 'pem' }).toString());
    return Promise.resolve(0);
  }
  return withDatabase(async (database, { dataFolder }) => {
    const publicKey = keyFile === undefined ? new EvidenceKeys(new HubKeys(dataFolder)).publicKey : publicKeyOf(keyFile);
    // An auditor's empty folder must not get a key of its own, by which every old entry would be forged.
    const oldChainKey = existsSync(path.join(dataFolder, 'keys', 'audit.key')) ? new HubKeys(dataFolder).key('audit') : null;
    let said = performance.now();
    const { chains, entries, unjudged, fault } = await verifyLog(database, {
      keys: { publicKey, oldChainKey },
      folder: new EvidenceFolder(dataFolder),
      from,
      to,
      onProgress: (done) => {
        if (performance.now() - said < progressMs) return;
        said = performance.now();
        process.stderr.write(`已核验 ${done} 条 · ${done} entries verified\n`);
      },
    });
    const key = fingerprintOf(publicKey);
    if (unjudged > 0) process.stdout.write(`${unjudged} 条旧式条目缺少密钥，未核验 · ${unjudged} entries of the old form not judged: their key is not here\n`);
    if (fault) {
      const place = fault.chain === 0 ? `计划 · plan ${fault.position}` : `链 ${fault.chain} 第 ${fault.position} 条 · chain ${fault.chain}, entry ${fault.position}`;
      process.stdout.write(`不一致 · broken: ${place}: ${faultText(fault)} [${fault.reason}]\n`);
      return 1;
    }
    process.stdout.write(`一致 · intact: ${entries} entries in ${chains} chain${chains === 1 ? '' : 's'}, key ${key}\n`);
    return 0;
  });
}

function optionsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { from: { type: 'string' }, to: { type: 'string' }, 'public-key': { type: 'string' }, 'show-key': { type: 'boolean', default: false } },
    });
    if (![values.from, values.to].every((month) => month === undefined || /^\d{4}-(0[1-9]|1[0-2])$/.test(month))) throw new UsageError(usage);
    return values;
  } catch {
    throw new UsageError(usage);
  }
}

function publicKeyOf(file: string): KeyObject {
  try {
    return createPublicKey(readFileSync(file));
  } catch {
    throw new UsageError(`${usage}\n${file}: 不是公钥 · no public key`);
  }
}
