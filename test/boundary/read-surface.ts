import { readFileSync } from 'node:fs';
import {
  buildSchema, getNamedType, getNullableType, isAbstractType, isEnumType, isInputObjectType, isListType, isObjectType,
  type GraphQLField, type GraphQLInputType, type GraphQLObjectType,
} from 'graphql';

/**
 * What of the schema can be asked for, as text of uses: the universe the generator's coverage is counted against. Read
 * off the published schema, which is checked against the hub's, so that a new root, field or argument is a gap in the
 * coverage until the generator asks for it.
 */
export const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));

/** Roots that answer with records by relation: all their coordinates and arguments are counted for every relation. */
export const recordRoots = ['permits', 'permit', 'subjects', 'subject', 'node', 'permitChanged'] as const;

/** Roots that release something on purpose, judged by `released.ts`. */
export const releaseRoots = ['permitDuplicate', 'certificateStock', 'personalIdentities'] as const;

/** Connections below records, asked for under any root; their arguments are counted once for all of them. */
export const connectionsBelow = ['Subject.permits'] as const;

/** Public roots and the viewer's own, mixed in with data: name → arguments. They answer alike over any database. */
export const openRoots: Readonly<Record<string, string>> = {
  viewer: '',
  explainAccess: 'operation: "{ permits(first: 1) { nodes { content legalRepresentative holder { identityMask } } } }", purpose: AUDIT',
  agencies: 'first: 3, filter: {kind: "FTZ_APPROVAL"}',
  agency: 'code: "BINHAI_HRSS"',
  competence: 'item: P01, location: "120101", at: "2026-01-05"',
  permitItems: 'at: "2026-01-05"',
  permitItem: 'code: P05',
  clauses: 'first: 2',
  clause: 'id: "XT-3.1c"',
  rulings: 'last: 2',
  ruling: 'id: "A-58"',
  enforcementCatalogue: 'first: 2',
  supervisionItems: '',
  divisions: 'at: "2026-01-05"',
  industrySections: '',
  jointMeasureCatalogue: 'list: BLACK',
  dueDate: 'clause: "XT-5.1.2c", from: "2026-01-05"',
};

/** Roots without a place in the pairs, with the reason. A root in none of these lists fails the coverage test. */
export const elsewhere: Readonly<Record<string, string>> = {
  requestExport: 'its answer is the job, with times of its own; its file is compared in leak L-06 (leak-catalogue.test.ts)',
  cancelExport: 'answers with a job of the own agency; who sees which is tested in test/export',
  exportJob: 'tells of the own agency’s jobs, with times no two hubs share; who sees which is tested in test/export',
  exportJobs: 'as exportJob',
  webhook: 'answers an administrator of the own agency alone; who sees which is tested in test/webhooks',
  webhooks: 'as webhook',
  webhookEvents: 'as webhook',
  webhookTargets: 'as webhook',
  registerWebhook: 'as webhook; its messages are those of permitChanged and compared as a leak of their own (test/webhooks)',
  verifyWebhook: 'as webhook',
  pauseWebhook: 'as webhook',
  resumeWebhook: 'as webhook',
  removeWebhook: 'as webhook',
  rotateWebhookKey: 'as webhook',
  replayWebhook: 'as webhook',
  redeliverWebhook: 'as webhook',
  permitStatistics: 'groups and figures are compared with a count by hand over the rows the judge shows, for every relation (test/statistics)',
  publishedStatistics: 'a declared release: protected numbers of hidden rows, attacked by a program of its own (test/statistics)',
  accessLog: 'tells of the questions themselves, with times and digests that no two hubs share; who sees which entry is tested in test/access',
  subjectSearch: 'answered by a view of its own: compared by its own pairs and with an oracle (test/search/subject-search.long.ts)',
  matchSubjects: 'answered by a view of its own: compared by its own pairs and with an oracle (test/search/match-subjects.long.ts)',
  changes: 'pages of the same compiled change as permitChanged: held against its stream, and against what is hidden (test/feed/pull.test.ts)',
  reconcilePermits: 'answered by a view of its own: compared by its own pairs and with a partner’s copy (test/feed/reconcile/reconcile.long.ts)',
  reconcilePermitRows: 'as reconcilePermits',
  reconcileCreditList: 'as reconcilePermits, of the lists: compared with a partner’s copy (test/credit/list-reconciliation.test.ts)',
  reconcileCreditListRows: 'as reconcileCreditList',
  acknowledgeChanges: 'writes: tells what the own agency acknowledged; whose cursors count is tested in test/duties and test/feed',
  duties: 'answered by a view of its own, of permits the viewer sees: who sees which duty is tested in test/duties',
  feedHealth: 'a declared release: times and numbers of hand-outs, of no record; who sees it is tested in test/platforms',
  creditList: 'the lists have worlds, a judge and planted faults of their own (test/credit/list-pairs.long.ts)',
  creditListEntry: 'as creditList',
  creditGate: 'a declared release: asked in the pairs of the lists, and held against what blocks on the day (test/credit/list-pairs.long.ts)',
  creditListChanged: 'its histories are compared and judged beside the pairs of the lists (test/credit/list-pairs.long.ts)',
  creditListStatistics: 'groups are counted by hand over the entries creditList shows, for every kind of viewer (test/credit/list-statistics.test.ts)',
  publishedListStatistics: 'as publishedStatistics, of the black list (test/credit/list-statistics.test.ts)',
  proposeListEntry: 'writes: answers with the standing of an own entry, whatever others have (test/credit/list-attacks.long.ts)',
  takeListEntryStep: 'as proposeListEntry',
  releaseListEntry: 'as proposeListEntry; who may is tested in test/credit/lists.test.ts',
  creditListCheck: 'answered by a view of its own over the entries of creditList: held against who sees what in test/credit/list-check.test.ts',
  creditListAsKnown: 'tells an organ of its own entries alone (test/credit/as-known.test.ts)',
  creditRecords: 'the credit records have worlds and a judge of their own (test/credit/records/record-pairs.long.ts)',
  creditRecord: 'as creditRecords',
  creditRecordChanged: 'what it may not tell is tested event by event, streamed and pulled (test/credit/records/record-secrets.test.ts)',
  recordCreditInformation: 'writes: answers with the standing of an own record, whatever others have (test/credit/records/record-secrets.test.ts)',
  takeCreditRecordStep: 'as recordCreditInformation',
  releaseCreditRecord: 'as recordCreditInformation; who may is tested in test/credit/records/release.test.ts',
  reconcileCreditRecords: 'as reconcileCreditList, of the credit records: compared with a copy (test/credit/records/record-reconciliation.test.ts)',
  reconcileCreditRecordRows: 'as reconcileCreditRecords',
  jointMeasures: 'equal over worlds that differ in what is hidden (test/credit/joint-measures/measure-pairs.long.ts)',
  jointMeasure: 'as jointMeasures',
  jointMeasureChanged: 'as jointMeasures: its frames are compared beside the answers',
  startJointMeasure: 'writes: answers with the standing of what the own agency leads, whatever others have (test/credit/joint-measures/measure-pairs.long.ts)',
  takeJointMeasureStep: 'as startJointMeasure, of an own measure',
  creditCase: 'seen by the organ that answers for the entry and the centre of its city alone: every kind of agency against every case, with hidden ones beside (test/credit/cases/case-matrix.long.ts)',
  creditCases: 'as creditCase',
  fileCreditCase: 'writes: to who does not see an entry or a case it answers as of none (test/credit/cases/cases.test.ts)',
  takeCreditCaseStep: 'as fileCreditCase',
  upsertPermit: 'writes: compared by its own pairs (mutation-pairs.long.ts), for it changes the databases it is asked on',
};

/** Ways of asking that are counted beside coordinates and arguments. */
export const forms = [
  'alias', 'inline fragment', 'named fragment', 'nested fragment', 'fragment on the interface', '@skip', '@include', '__typename',
  'one field twice with different arguments', 'second page forward', 'second page backward', 'second page of an order', 'mixed with introspection', 'mixed with public data',
  'a connection below', 'a second page below', 'a connection below a connection', 'an input object as a variable', 'a condition left out by its variable',
  'mixed with a denied root', 'with a purpose and a case', 'with a purpose and no case', 'with nothing declared',
] as const;

export function rootField(name: string): GraphQLField<unknown, unknown> {
  const field = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map((root) => root?.getFields()[name]).find((found) => found);
  if (!field) throw new Error(`the schema has no root ${name}`);
  return field;
}

export function rootNames(): string[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((root) => Object.keys(root?.getFields() ?? {}));
}

/** Records with pairs of their own, in which they are asked for by id, too: entries of the lists (test/credit/list-pairs.long.ts), credit records (test/credit/records), joint measures (test/credit/joint-measures/measure-pairs.long.ts). */
const ofOtherPairs: readonly string[] = ['ListEntry', 'CreditRecord', 'JointMeasure'];

/** The object types a field leads to: none for a scalar, several behind an interface. */
export function targetsOf(field: GraphQLField<unknown, unknown>): readonly GraphQLObjectType[] {
  const named = getNamedType(field.type);
  return isObjectType(named) ? [named] : isAbstractType(named) ? schema.getPossibleTypes(named).filter(({ name }) => !ofOtherPairs.includes(name)) : [];
}

/** Every coordinate below a root, `permits > Permit.item`. */
export function coordinatesUnder(root: string): string[] {
  const seen = new Set<string>();
  const found = new Set<string>();
  const visit = (type: GraphQLObjectType): void => {
    if (seen.has(type.name)) return;
    seen.add(type.name);
    for (const field of Object.values(type.getFields())) {
      found.add(`${root} > ${type.name}.${field.name}`);
      for (const target of targetsOf(field)) visit(target);
    }
  };
  for (const target of targetsOf(rootField(root))) visit(target);
  return [...found];
}

/** Every argument of a root or of a connection below, members of input objects by path, as a literal and as a variable. */
export function argumentsOf(field: string): string[] {
  return argumentPaths(field).flatMap((path) => [`${field}(${path}) as a literal`, `${field}(${path}) as a variable`]);
}

/**
 * Paths of a field's arguments. Inputs that hold themselves (`and`, `or`, `not`) are gone into once; an enum that names
 * columns counts value by value.
 */
export function argumentPaths(field: string): string[] {
  return fieldNamed(field).args.flatMap(({ name, type }) => inputPaths(type, name, []));
}

function inputPaths(type: GraphQLInputType, path: string, inside: readonly string[]): string[] {
  const named = getNamedType(type);
  if (isEnumType(named) && path === 'orderBy.field') return named.getValues().map(({ name }) => `orderBy.${name}`);
  if (!isInputObjectType(named) || inside.includes(named.name)) return [path];
  return Object.values(named.getFields()).flatMap((member) => inputPaths(member.type, `${path}.${member.name}`, [...inside, named.name]));
}

/** A root by name, or a connection below by coordinate. */
function fieldNamed(field: string): GraphQLField<unknown, unknown> {
  const [type = '', name] = field.split('.');
  if (name === undefined) return rootField(type);
  const owner = schema.getType(type);
  const found = isObjectType(owner) ? owner.getFields()[name] : undefined;
  if (!found) throw new Error(`the schema has no field ${field}`);
  return found;
}

/** GraphQL type of an argument by path, for the definition of a variable. */
export function argumentType(field: string, path: string): GraphQLInputType {
  const [name = '', ...members] = path.split('.');
  let type = fieldNamed(field).args.find((candidate) => candidate.name === name)?.type;
  for (const member of members) type = type && memberType(type, member);
  if (!type) throw new Error(`no argument ${field}(${path})`);
  return type;
}

/** Type of a member of an input object, or of the elements of a list. */
export function memberType(type: GraphQLInputType, member: string): GraphQLInputType | undefined {
  const nullable = getNullableType(type);
  if (isListType(nullable) && /^\d+$/.test(member)) return nullable.ofType;
  const named = getNamedType(type);
  return isInputObjectType(named) ? named.getFields()[member]?.type : undefined;
}
