import { z } from 'zod';

const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string().default(''),
        path: z.array(z.union([z.string(), z.number()])).default([]),
        extensions: z.looseObject({
          code: z.string(),
          coordinate: z.string().optional(),
          basis: z.looseObject({ rows: z.array(z.string()), clauses: z.array(z.string()) }).optional(),
        }),
      }),
    )
    .default([]),
  // Wherever a test reads an answer: what was found is never more than what was asked for.
  extensions: z
    .looseObject({ cost: z.object({ requested: z.int(), actual: z.int(), limit: z.int() }).refine(({ requested, actual }) => actual <= requested, 'actual > requested').optional() })
    .optional(),
});

/** An answer as read by a test. */
export type GraphQLAnswer = z.infer<typeof answerSchema>;

export function readAnswer(body: string): GraphQLAnswer {
  return answerSchema.parse(JSON.parse(body));
}

/** Path and coordinate of every denial, in answer order; an error of another kind stands with its code. */
export function denialsOf(answer: GraphQLAnswer): string[] {
  return answer.errors.map(({ path, extensions }) =>
    extensions.code === 'BOUNDARY_DENIED' ? `${path.join('.')} ${extensions.coordinate ?? ''}` : extensions.code,
  );
}

/** The value behind a path; a list on the way gives the values of all its elements. */
export function pluck(value: unknown, path: string): unknown {
  const [key = '', ...rest] = path === '' ? [] : path.split('.');
  if (key === '') return value;
  if (Array.isArray(value)) return value.map((element) => pluck(element, path));
  if (value === null || typeof value !== 'object') return undefined;
  return pluck(Object.entries(value).find(([name]) => name === key)?.[1], rest.join('.'));
}
