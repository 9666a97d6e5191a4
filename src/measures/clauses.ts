import { z } from 'zod';
import { dataFile, index, type Frozen } from './data-file.js';

/** The five source documents by the prefix of their clauses' ids. */
export const sourceDocuments = ['XT', 'YZ', 'CK', 'SX', 'XM'] as const;
export type SourceDocument = (typeof sourceDocuments)[number];

/** Cities have rule profiles of their own: no rule of one binds records of the other. */
export const cities = ['TIANJIN', 'XIAMEN'] as const;
export type City = (typeof cities)[number];

export const clauseKinds = [
  'ACCESS_CONTROL', 'AUDIT', 'CERTIFICATE_STOCK', 'COMMITMENT_APPROVAL', 'CREDIT', 'DATA_MODEL', 'DEADLINE', 'FILING', 'FORM_CHECK',
  'INSPECTION_PROCEDURE', 'INSPECTION_SAMPLING', 'INTEROP', 'JURISDICTION', 'LEGAL_REVIEW', 'PUBLICATION', 'RECORD_KEEPING', 'REDACTION',
  'SERVICE_GUIDE', 'SERVICE_LEVEL', 'SHARING_DUTY', 'STAFF_ACCOUNTABILITY', 'STATISTICS', 'WINDOW_LIFECYCLE', 'WITHDRAWAL', 'WORKFLOW',
] as const;
export type ClauseKind = (typeof clauseKinds)[number];

/** CORE: enforced, computed, timed or published by the hub; SUPPORT: stored or shown; CONTEXT: for reference only. */
export const hubClasses = ['CORE', 'SUPPORT', 'CONTEXT'] as const;
export type HubClass = (typeof hubClasses)[number];

/** DERIVED: a reading without operative words. */
export const clauseForces = ['MUST', 'SHOULD', 'MAY', 'DERIVED'] as const;
export type ClauseForce = (typeof clauseForces)[number];

/** QUOTE: verbatim but for white space, "…" where words are left out. PARAPHRASE: a derived check, no quotation. */
export const clauseModes = ['QUOTE', 'PARAPHRASE'] as const;
export type ClauseMode = (typeof clauseModes)[number];

const clauseSchema = z.strictObject({
  id: z.string().regex(/^(XT|YZ|CK|SX|XM)-[0-9A][0-9A-Za-z.]*$/),
  /** Where in the document it stands. */
  place: z.string(),
  /** The operative words. */
  textZh: z.string().min(1),
  textMode: z.enum(clauseModes),
  /** What it means, in English. */
  textEn: z.string().min(1),
  kind: z.enum(clauseKinds),
  hub: z.enum(hubClasses),
  force: z.enum(clauseForces),
  /** Codes of the vocabulary: `from` owes, sends or acts, `to` receives. */
  parties: z.strictObject({ from: z.array(z.string()), to: z.array(z.string()) }),
  /** The records it speaks of. */
  data: z.array(z.strictObject({ entity: z.string(), fields: z.array(z.string()).default([]) })),
  /** The rule for machines; its members depend on the kind. Where a ruling differs, the ruling decides. */
  rule: z.record(z.string(), z.unknown()),
  /** Responsible departments printed after the clause. */
  responsible: z.array(z.string()).default([]),
  /** Ids of the rulings on it. */
  rulings: z.array(z.string()).default([]),
});

const documentSchema = z
  .strictObject({
    document: z.enum(sourceDocuments),
    city: z.enum(cities),
    titleZh: z.string(),
    titleEn: z.string(),
    documentNo: z.string().optional(),
    issuedOn: z.iso.date().optional(),
    clauses: z.array(clauseSchema).min(1),
  })
  .transform(({ clauses, document, city, ...title }) => ({
    document,
    city,
    ...title,
    clauses: clauses.map((clause) => ({ ...clause, document, city })),
  }));

/** A clause: the smallest passage of a source document that demands something, under a stable id such as XT-5.1.2c. */
export type Clause = Frozen<z.output<typeof documentSchema>>['clauses'][number];

const documents = {
  XT: dataFile('clauses/xt.yaml', documentSchema),
  YZ: dataFile('clauses/yz.yaml', documentSchema),
  CK: dataFile('clauses/ck.yaml', documentSchema),
  SX: dataFile('clauses/sx.yaml', documentSchema),
  XM: dataFile('clauses/xm.yaml', documentSchema),
};

const byId = {
  XT: index(() => documents.XT().clauses, ({ id }) => id),
  YZ: index(() => documents.YZ().clauses, ({ id }) => id),
  CK: index(() => documents.CK().clauses, ({ id }) => id),
  SX: index(() => documents.SX().clauses, ({ id }) => id),
  XM: index(() => documents.XM().clauses, ({ id }) => id),
};

/** The clauses of one document, in its order. Loads that document alone. */
export function clausesOf(document: SourceDocument): readonly Clause[] {
  return documents[document]().clauses;
}

let all: readonly Clause[] | null = null;

/** All 359 clauses, document by document. */
export function allClauses(): readonly Clause[] {
  return (all ??= Object.freeze(sourceDocuments.flatMap(clausesOf)));
}

/** The clause of an id, or null. Loads its document alone. */
export function clauseOf(id: string): Clause | null {
  const document = sourceDocuments.find((prefix) => id.startsWith(`${prefix}-`));
  return document ? (byId[document]().get(id) ?? null) : null;
}
