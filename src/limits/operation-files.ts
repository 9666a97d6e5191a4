import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// This module runs as dist/src/limits/operation-files.js; the operations stand in the project's schema folder.
const ownFolder = fileURLToPath(new URL('../../../schema/operations/', import.meta.url));

/** Name of the folder in the data folder for documents of single partners. */
const localFolder = 'operations';

/** One document of a file: `# key: value` lines, then the operation. */
export interface OperationFile {
  /** File name without ending. */
  readonly name: string;
  readonly file: string;
  readonly header: Readonly<Record<string, string>>;
  /** The operation, without the header: what clients send and what its id is of. */
  readonly document: string;
}

/** The operations that come with the hub, in the order of their names. */
export function ownOperations(): readonly OperationFile[] {
  return operationFiles(ownFolder);
}

/** The trusted documents of a hub: its own and those of the data folder. */
export function trustedFiles(dataFolder: string): readonly OperationFile[] {
  return [...ownOperations(), ...operationFiles(path.join(dataFolder, localFolder))];
}

/** The operations of a folder; none where there is no folder. */
function operationFiles(folder: string): readonly OperationFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => {
      const file = path.join(folder, name);
      const lines = readFileSync(file, 'utf8').split(/\r?\n/);
      const end = lines.findIndex((line) => !line.startsWith('#'));
      const header: Record<string, string> = {};
      for (const line of lines.slice(0, end)) {
        const [, key = line, value = ''] = /^# ([\w-]+): (.*)$/.exec(line) ?? [];
        header[key] = value;
      }
      return { name: name.replace(/\.graphql$/, ''), file, header, document: lines.slice(end).join('\n').trim() };
    });
}
