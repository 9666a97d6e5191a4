import { readConfig } from '../config.js';
import { trustedFiles } from '../limits/operation-files.js';
import { documentId } from '../limits/trusted-documents.js';

/** Lists the trusted documents of this hub, those of its data folder too: id and name. */
export function operationsCommand(): Promise<number> {
  const { dataFolder } = readConfig(process.env);
  for (const { name, document } of trustedFiles(dataFolder)) process.stdout.write(`sha256:${documentId(document)}  ${name}\n`);
  return Promise.resolve(0);
}
