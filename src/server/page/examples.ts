import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** For whom an example is: the three readers of the page. */
export const personas = ['partner', 'credit', 'analyst'] as const;

const header = z.strictObject({
  persona: z.enum(personas),
  /** Agency whose identity shows what the example is about. */
  as: z.string(),
  zh: z.string(),
  en: z.string(),
  'zh-note': z.string(),
  'en-note': z.string(),
  /** `{district}` in a value stands for the reader's own district; without one the variable is left out. */
  variables: z.string().default('{}').transform((text): unknown => JSON.parse(text)).pipe(z.record(z.string(), z.unknown())),
});

/** A ready operation of the page: what it shows, as whom, with which variables. */
export interface Example extends z.output<typeof header> {
  /** File name without ending. */
  readonly name: string;
  /** The operation, without the header. */
  readonly document: string;
}

// This module runs as dist/src/server/page/examples.js; the operations stand beside its source.
const folder = new URL('../../../../src/server/page/examples/', import.meta.url);

/**
 * Reads every `examples/*.graphql`, in the order of their names. A file begins with its header, one `# key: value` a
 * line. Throws, naming the file, when a header has another form.
 */
export function readExamples(): readonly Example[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql')).sort();
  return files.map((file) => {
    const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
    const end = lines.findIndex((line) => !line.startsWith('#'));
    const entries = lines.slice(0, end).map((line) => /^# ([\w-]+): (.*)$/.exec(line)?.slice(1) ?? [line, '']);
    const parsed = header.safeParse(Object.fromEntries(entries));
    if (!parsed.success) throw new Error(`examples/${file}: ${z.prettifyError(parsed.error)}`);
    return { ...parsed.data, name: file.replace(/\.graphql$/, ''), document: lines.slice(end).join('\n').trim() };
  });
}
