import 'reflect-metadata';
import { assertValidSchema, lexicographicSortSchema, printSchema, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { accessLogBoundaries, AccessLogOperation, accessLogViews } from '../access/log/access-log-query.js';
import { accessBoundaries, AccessOperations } from '../access/operations.js';
import type { OperationView } from '../boundary/operation-view.js';
import type { Boundary } from '../boundary/declaration.js';
import { BoundaryPolicy } from '../boundary/policy.js';
import type { Release } from '../boundary/release.js';
import { withBoundaryDirectives } from '../boundary/text/sdl.js';
import { AgencyList } from '../competence/agency-list.js';
import { competenceBoundaries } from '../competence/boundary.js';
import { CertificateStockOperation, certificateStockView } from '../competence/certificate-stock.js';
import { CompetenceOperations } from '../competence/operations.js';
import { competenceReleases } from '../competence/releases.js';
import { caseBoundaries } from '../credit/cases/boundary.js';
import { CaseMutations, caseWriteBoundaries } from '../credit/cases/case-mutations.js';
import { CreditCaseOperations } from '../credit/cases/operations.js';
import { caseReads } from '../credit/cases/reads.js';
import { measureBoundaries, measureReleases } from '../credit/joint-measures/boundary.js';
import { catalogueBoundaries, JointMeasureCatalogueOperation } from '../credit/joint-measures/catalogue.js';
import { JointMeasureChanges, measureChange } from '../credit/joint-measures/measure-change.js';
import { JointMeasureMutations, measureWriteBoundaries } from '../credit/joint-measures/measure-mutations.js';
import { JointMeasureOperations } from '../credit/joint-measures/operations.js';
import { measureNodes, measureReads } from '../credit/joint-measures/reads.js';
import { listBoundaries } from '../credit/lists/boundary.js';
import { CreditGateOperation, creditGateView, gateBoundaries, gateReleases } from '../credit/lists/credit-gate.js';
import { ListMutations, listWriteBoundaries } from '../credit/lists/list-mutations.js';
import { ListCheckOperation, listCheckBoundaries, listCheckView } from '../credit/lists/list-check.js';
import { AsKnownOperation, asKnownBoundaries, asKnownView } from '../credit/lists/as-known.js';
import { CreditListChanges, listChange } from '../credit/lists/list-change.js';
import { CreditListOperations } from '../credit/lists/operations.js';
import { listNodes, listReads } from '../credit/lists/reads.js';
import { listEntryRowView, ListReconciliation, listReconciliationBoundaries } from '../credit/lists/reconciliation.js';
import { blackListCube, listStatisticsRelease, publishedListBoundaries, PublishedListStatisticsOperation } from '../credit/lists/published-statistics.js';
import { listReleases } from '../credit/lists/releases.js';
import { CreditListStatisticsOperation, creditListStatisticsRead, listStatisticsBoundaries } from '../credit/lists/statistics.js';
import { recordBoundaries } from '../credit/records/boundary.js';
import { CreditRecordOperations } from '../credit/records/operations.js';
import { recordNodes, recordReads } from '../credit/records/reads.js';
import { CreditRecordChanges, recordChange } from '../credit/records/record-change.js';
import { RecordMutations, recordWriteBoundaries } from '../credit/records/record-mutations.js';
import { creditRecordRowView, RecordReconciliation, recordReconciliationBoundaries } from '../credit/records/reconciliation.js';
import { recordReleases } from '../credit/records/releases.js';
import { dutyViews } from '../duties/duty-statement.js';
import { dutyBoundaries, DutyOperation, dutyReleases } from '../duties/operations.js';
import { entities } from '../../ormconfig.js';
import { readTables, type Table } from '../database/tables.js';
import { explainBoundaries, ExplainOperations } from '../explain/operations.js';
import { ViewerRights } from '../explain/viewer-rights.js';
import { exportBoundaries, ExportOperations } from '../export/operations.js';
import { intakeReleases } from '../intake/releases.js';
import { PermitUpserts, upsertBoundaries } from '../intake/upsert-permit.js';
import { legalDate, systemClock, type Clock } from '../measures/clock.js';
import { acknowledgeBoundaries, AcknowledgeOperation } from '../feed/acknowledge.js';
import type { ChangeDeclaration } from '../feed/compile-change.js';
import { pullOperation } from '../feed/pull/change-page.js';
import { changesRead } from '../feed/pull/changes-read.js';
import { permitBoundaries } from '../permits/boundary.js';
import { DuplicateCheck, duplicateCheckView } from '../permits/duplicate-check.js';
import { permitChange, PermitChanges } from '../permits/permit-change.js';
import { PermitOperations, PermitsOfSubject } from '../permits/operations.js';
import { permitNodes, permitReads } from '../permits/reads.js';
import { labourRelationsCube, PublishedStatisticsOperation } from '../permits/published-statistics.js';
import { PermitReconciliation, permitReconciliationBoundaries, permitRowView } from '../permits/reconciliation.js';
import { permitReleases } from '../permits/releases.js';
import { permitStatisticsRead, PermitStatisticsOperation } from '../permits/statistics.js';
import { FeedHealthOperation, platformBoundaries, platformReleases } from '../platforms/operations.js';
import { NodeOperations } from '../planner/node.js';
import type { ReadDeclaration } from '../planner/read.js';
import { referenceBoundaries } from '../reference/boundary.js';
import { ReferenceOperations } from '../reference/operations.js';
import { searchBoundaries } from '../search/boundary.js';
import { SubjectMatching } from '../search/match-subjects.js';
import { matchView } from '../search/match-view.js';
import { searchReleases } from '../search/releases.js';
import { publicationView } from '../statistics/publications.js';
import { SubjectSearchOperation } from '../search/subject-search.js';
import { searchViews } from '../search/search-view.js';
import { subjectBoundaries } from '../subjects/boundary.js';
import { personalIdentityBoundaries, PersonalIdentityOperation, personalIdentityView } from '../subjects/personal-identity.js';
import { SubjectOperations } from '../subjects/operations.js';
import { webhookBoundaries, WebhookOperations } from '../webhooks/operations.js';

/** The one place that knows all capabilities: what each of them adds to schema, boundary, reads and feed. */
export const operationViews: readonly OperationView[] = [
  duplicateCheckView, certificateStockView, personalIdentityView, publicationView(['ANALYST'], [labourRelationsCube, blackListCube]), ...accessLogViews, ...searchViews, matchView, permitRowView, listEntryRowView, ...dutyViews, creditGateView, listCheckView, asKnownView, creditRecordRowView,
];

/** What the feed carries; a capability adds its record type here. */
const changeDeclarations: readonly [ChangeDeclaration, ...ChangeDeclaration[]] = [permitChange, listChange, recordChange, measureChange];
const PullOperation = pullOperation(changeDeclarations);

export const reads: ReadonlyMap<string, ReadDeclaration> = new Map([...permitReads, ...listReads, permitStatisticsRead, creditListStatisticsRead, changesRead(changeDeclarations), ...caseReads, ...recordReads, ...measureReads].map((read) => [read.field, read]));

/** What `node(id:)` reads, by type. */
export const nodes: ReadonlyMap<string, ReadDeclaration> = new Map([...permitNodes, ...listNodes, ...recordNodes, ...measureNodes]);

/** The same by subscription. */
export const changes: ReadonlyMap<string, ChangeDeclaration> = new Map(changeDeclarations.map((change) => [change.field, change]));

/** Roots and answers that carry every record type. */
const carrierBoundaries: readonly Boundary[] = (
  [
    ['Query', ['node', 'changes']],
    ['ChangePage', ['changes', 'cursor', 'hasMore']],
    ['BucketReconciliation', ['differing', 'hasMore']],
    ['BucketDifference', ['bucket', 'count', 'digest']],
    ['RowReconciliation', ['differences', 'hasMore']],
    ['RowDifference', ['key', 'kind', 'digest', 'text', 'pending']],
    ['NumberSummary', ['count', 'sum', 'min', 'max', 'average']],
    ['DateSummary', ['min', 'max']],
  ] as const
).map(([type, fields]) => ({ form: 'carrier', type, of: ['Permit', 'ListEntry', 'CreditRecord', 'JointMeasure'], fields }));

export const boundaries: readonly Boundary[] = [
  ...permitBoundaries, ...listBoundaries, ...listWriteBoundaries, ...gateBoundaries, ...listCheckBoundaries, ...asKnownBoundaries, ...listStatisticsBoundaries, ...publishedListBoundaries, ...carrierBoundaries, ...upsertBoundaries, ...subjectBoundaries, ...personalIdentityBoundaries, ...accessBoundaries, ...accessLogBoundaries, ...explainBoundaries,
  ...competenceBoundaries, ...referenceBoundaries, ...searchBoundaries, ...exportBoundaries, ...permitReconciliationBoundaries, ...listReconciliationBoundaries, ...webhookBoundaries, ...acknowledgeBoundaries, ...dutyBoundaries, ...platformBoundaries,
  ...caseBoundaries, ...caseWriteBoundaries,
  ...recordBoundaries, ...recordWriteBoundaries, ...recordReconciliationBoundaries,
  ...measureBoundaries, ...measureWriteBoundaries, ...catalogueBoundaries,
];

/** What is said on purpose although it derives from hidden data; masks and digests stand in the declarations. */
export const releases: readonly Release[] = [...permitReleases, ...intakeReleases, ...competenceReleases, ...searchReleases, ...dutyReleases, ...platformReleases, ...listReleases, listStatisticsRelease, ...gateReleases, ...recordReleases, ...measureReleases];

/** The boundary as it stands on the clock's day. */
export function boundaryPolicy(clock: Clock = systemClock): BoundaryPolicy {
  return new BoundaryPolicy(boundaries, legalDate(clock.now()));
}

export function hubTables(): ReadonlyMap<string, Table> {
  return readTables(entities);
}

/** Builds the executable schema and refuses one with a field that no boundary declares. */
export async function hubSchema(policy: BoundaryPolicy): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      NodeOperations, PermitOperations, PermitsOfSubject, PermitStatisticsOperation, PublishedStatisticsOperation, PermitUpserts, SubjectOperations,
      SubjectSearchOperation, SubjectMatching, PersonalIdentityOperation,
      DuplicateCheck, PermitChanges, CreditListOperations, CreditListChanges, ListMutations, CreditGateOperation, ListCheckOperation, AsKnownOperation, CreditListStatisticsOperation, PublishedListStatisticsOperation, PullOperation, PermitReconciliation,
      ListReconciliation, AccessOperations,
      AccessLogOperation, ExplainOperations, ViewerRights, ExportOperations, WebhookOperations,
      CompetenceOperations, AgencyList, CertificateStockOperation, ReferenceOperations,
      AcknowledgeOperation, DutyOperation, FeedHealthOperation,
      CreditCaseOperations, CaseMutations,
      CreditRecordOperations, CreditRecordChanges, RecordMutations, RecordReconciliation,
      JointMeasureOperations, JointMeasureChanges, JointMeasureMutations, JointMeasureCatalogueOperation,
    ],
    validate: { forbidUnknownValues: false },
    // Its check answers a whole introspection, two thirds of what building takes (0.1 s CPU a start); the one below is graphql's.
    skipCheck: true,
    // Subscriptions are answered by the change feed, never by type-graphql's publish and subscribe.
    pubSub: { publish: () => undefined, subscribe: () => { throw new Error('the change feed answers subscriptions'); } },
  });
  describe(schema.getQueryType(), '查询 · What may be asked; every answer is in the evidence.');
  describe(schema.getMutationType(), '写入 · What may be written, in the order of the document.');
  describe(schema.getSubscriptionType(), '订阅 · Changes as they are committed, each once.');
  assertValidSchema(schema);
  policy.assertCovers(schema);
  return schema;
}

/** type-graphql gives root types no description. */
function describe(type: GraphQLObjectType | null | undefined, description: string): void {
  if (type) type.description = description;
}

/** The schema as text, in a stable order, with the boundary of every field: what `schema/schema.graphql` holds. */
export function schemaText(schema: GraphQLSchema, policy: BoundaryPolicy): string {
  return withBoundaryDirectives(printSchema(lexicographicSortSchema(schema)), policy);
}
