import { z } from 'zod';
import { ownOperations } from '../../limits/operation-files.js';

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

/** The trusted documents of the hub are the examples of the page. Throws, naming the file, when a header has another form. */
export function readExamples(): readonly Example[] {
  return ownOperations().map(({ name, document, header: written }) => {
    const parsed = header.safeParse(written);
    if (!parsed.success) throw new Error(`operations/${name}: ${z.prettifyError(parsed.error)}`);
    return { ...parsed.data, name, document };
  });
}
