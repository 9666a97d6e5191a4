import { readFile, writeFile } from 'node:fs/promises';
import { boundaryPolicy, hubSchema, schemaText } from '../server/schema.js';
import { projectFile } from './project-file.js';

/** Prints the schema; `--write` puts it into schema/schema.graphql, `--check` fails when that file differs. */
export async function schemaCommand(args: readonly string[]): Promise<number> {
  const policy = boundaryPolicy();
  const text = schemaText(await hubSchema(policy), policy);
  return keepFile(args, 'schema/schema.graphql', text);
}

/** Shared by the generated files: print, write or compare. */
export async function keepFile(args: readonly string[], name: string, text: string): Promise<number> {
  const file = projectFile(name);
  if (args.includes('--write')) {
    await writeFile(file, text);
    return 0;
  }
  if (args.includes('--check')) {
    const kept = await readFile(file, 'utf8').catch(() => '');
    if (kept === text) return 0;
    process.stderr.write(`${name} 已过期 · ${name} is out of date. Next step: run the same command with --write.\n`);
    return 1;
  }
  process.stdout.write(text);
  return 0;
}
