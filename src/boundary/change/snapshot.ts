import { z } from 'zod';
import { isPurpose, type Purpose } from '../../measures/purposes.js';
import type { Agreement } from '../../measures/agreements.js';
import type { Boundary, Condition } from '../declaration.js';
import { masks, type MaskName } from '../masks.js';

/**
 * The declarations as data: schema/boundary.json holds those that were released last, whatever the day, so that a change
 * can be held against them.
 */
export interface BoundarySnapshot {
  readonly declarations: readonly Boundary[];
  readonly agreements: readonly Agreement[];
}

/** The text of a snapshot; the same for the same declarations. */
export function snapshotText(declarations: readonly Boundary[], agreements: readonly Agreement[]): string {
  return `${JSON.stringify({ declarations, agreements }, null, 1)}\n`;
}

/** Reads a snapshot; throws an Error that says where it is no snapshot of this language. */
export function readSnapshot(text: string): BoundarySnapshot {
  const parsed = snapshotSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new Error(`不是本版本的边界快照 · This is no snapshot of the boundary of this version:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

const strings = z.array(z.string());
const purpose = z.custom<Purpose>(isPurpose, 'a purpose of the controlled list');
const mask = z.custom<MaskName>((name) => typeof name === 'string' && Object.hasOwn(masks, name), 'a mask');
const day = z.enum(['reached', 'open']);
const words = { zh: z.string(), en: z.string() };
const basis = { rows: strings, clauses: strings };
const oneOf = z.strictObject({ oneOf: strings });

const condition: z.ZodType<Condition> = z.union([
  z.strictObject({ viewer: z.enum(['agency', 'district']) }),
  oneOf,
  z.strictObject({ day }),
]);

const shown = z.union([z.enum(['full', 'digest']), z.strictObject({ mask })]);

const right = z.strictObject({
  shown,
  purposes: z.array(purpose).exactOptional(),
  when: z.strictObject({ property: z.string(), day }).exactOptional(),
  otherwise: shown.exactOptional(),
});

const where = z.record(z.string(), condition);

const relation = z.strictObject({
  relation: z.string(),
  ...words,
  viewers: strings,
  where,
  sees: z.record(z.string(), right),
  purposes: z.array(purpose).exactOptional(),
  from: z.string().exactOptional(),
  until: z.string().exactOptional(),
  ...basis,
});

const groups = z.record(z.string(), z.strictObject({ ...words, fields: strings, sensitive: z.literal(true).exactOptional() }));

const declaration = z.discriminatedUnion('form', [
  z.strictObject({
    form: z.literal('record'),
    type: z.string(),
    identity: z.string(),
    subject: z.string().exactOptional(),
    farewell: z.strictObject({ property: z.string(), oneOf: strings, ...basis }).exactOptional(),
    groups,
    relations: z.array(relation),
    byAgreement: z.strictObject({ groups: strings, where, ...basis }).exactOptional(),
    never: z.array(z.strictObject({ ...words, viewers: strings, where: z.record(z.string(), oneOf), ...basis })).exactOptional(),
  }),
  z.strictObject({ form: z.literal('part'), type: z.string(), of: z.string(), groups: z.record(z.string(), strings), lookUp: z.string().exactOptional() }),
  z.strictObject({ form: z.literal('carrier'), type: z.string(), of: z.union([z.string(), strings]), fields: strings }),
  z.strictObject({ form: z.literal('open'), type: z.string(), fields: strings, ...words, ...basis }),
  z.strictObject({
    form: z.literal('aggregate'), cube: z.string(), type: z.string(), fields: strings, of: z.string(), viewers: strings, where: z.record(z.string(), oneOf),
    dated: z.string(), dimensions: z.record(z.string(), z.strictObject({ property: z.string(), period: z.literal('YEAR').exactOptional() })),
    sums: z.record(z.string(), z.string()), unit: z.string(), ...words, ...basis,
  }),
  z.strictObject({
    form: z.literal('operation'), type: z.string(), fields: strings, viewers: strings, purposes: z.array(purpose).exactOptional(), ...words, ...basis,
  }),
]);

const agreement = z.strictObject({
  id: z.string(), ...words, party: z.string(), type: z.string(), groups: strings, rows: z.record(z.string(), strings), purposes: z.array(purpose),
  from: z.string(), until: z.string(),
});

const snapshotSchema = z.strictObject({ declarations: z.array(declaration), agreements: z.array(agreement) });
