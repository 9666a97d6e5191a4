import { GraphQLError, type FieldNode, type GraphQLObjectType } from 'graphql';
import type { Viewer } from '../../access/viewer.js';
import { argumentReader } from '../../planner/arguments.js';
import { ServiceKey, type OperationContext } from '../../planner/context.js';
import type { ResolvedRead } from '../../planner/fallback/fallback.js';
import { fieldObject } from '../../planner/object-compiler.js';
import type { OwnRead } from '../../planner/own-read.js';
import { pageRequest } from '../../planner/page.js';
import type { RootContext } from '../../planner/record-page.js';
import { collectFields, subSelections, type Variables } from '../../planner/selection.js';
import type { ChangeReader } from '../change-reader.js';
import { compileChange, type ChangeDeclaration, type CompiledChange } from '../compile-change.js';
import { cursorTypeOf, type FeedCursors, type FeedPlace } from '../cursor.js';
import { asRefusal } from '../feed-refusal.js';
import { kindOf } from '../frames.js';
import type { Receipts } from '../receipts.js';
import type { Sequencer } from '../sequencer.js';
import { invalidCursor } from '../stream-ended.js';
import { changedRecordCode } from './change-page.js';
import { MergedChanges, type MergedEvent, type MergedPage } from './merged-changes.js';

/** What pulling needs of the hub. */
export interface PullParts {
  readonly reader: ChangeReader;
  readonly sequencer: Pick<Sequencer, 'settle'>;
  readonly cursors: FeedCursors;
  readonly receipts: Pick<Receipts, 'consumer'>;
}

export const pullParts = new ServiceKey<PullParts>('pull');

/**
 * `Query.changes`: the declared changes as pages of an ordinary answer, read and written as a stream's are, by the same
 * compiled change. As with a subscription, one denied coordinate refuses the whole.
 */
export function changesRead(declarations: readonly [ChangeDeclaration, ...ChangeDeclaration[]]): OwnRead {
  return {
    field: 'Query.changes',
    type: declarations[0].type,
    form: 'own',
    whole: true,
    filters: {},
    order: [],
    holds: ({ schema, nodes, variables }, sees) => {
      const root = schema.getSubscriptionType();
      return root ? carried(declarations, nodes[0], variables, sees).map(({ field }) => fieldObject(root, field).name) : [];
    },
    denied: ({ nodes, variables }, sees) => {
      const one = askedFor(declarations, nodes[0], variables);
      return one && !sees(one.type) ? `Subscription.${one.field}` : null;
    },
    operands: () => [],
    compile: (context, nodes) => compilePage(context, declarations, nodes),
  };
}

function compilePage(context: RootContext, declarations: readonly ChangeDeclaration[], nodes: readonly FieldNode[]): ResolvedRead {
  const { schema, policy, standing, fragments, variables } = context;
  const query = schema.getQueryType();
  if (!query) throw new Error('the schema has no queries');
  const [node] = nodes;
  if (!node) throw new Error('Query.changes is not selected');
  const type = fieldObject(query, node.name.value);
  const members = [...collectFields(type, subSelections(nodes), fragments, variables)].map(([key, below]) => ({ key, name: below[0]?.name.value ?? '', below }));
  const lists = members.filter(({ name }) => name === 'changes');
  if (lists.length > 1) throw twice(nodes);
  const seen = carried(declarations, node, variables, (record) => policy.branches(standing, record).length > 0);
  const changes = seen.map((declaration) => compileChange(context, declaration, declaration.field, lists[0]?.below ?? []));
  // A cursor says what it goes on with: all types as one sequence, or the one type of a stream or an export.
  const sequences = [changes, ...(changes.length > 1 ? changes.map((change) => [change]) : [])].map(sequenceOf);
  const after = argumentReader(node, 'after');
  return {
    resolve: async ({ viewer, variables: given, context: operation }) => {
      const { size } = pageRequest(node, given, viewer.pageLimit);
      const parts = pullOf(operation);
      const { page, of } = await readPage(parts, sequences, after(given), size, viewer, operation.signal).catch((error: unknown) => {
        throw asRefusal(error);
      });
      const told = (): Promise<void> => handedOut(parts, of, page, viewer);
      if (operation.beforeRelease) operation.beforeRelease(told);
      else await told();
      return written(type, members, page, viewer, (place) => parts.cursors.close(place, viewer, of.cursorType));
    },
  };
}

/** The declaration of the one record type that is asked for by `of`, or null where all are. */
function askedFor(declarations: readonly ChangeDeclaration[], node: FieldNode | undefined, variables: Variables): ChangeDeclaration | null {
  const code = argumentReader(node, 'of')(variables);
  return declarations.find(({ type }) => changedRecordCode(type) === code) ?? null;
}

/** What a page carries: the type that is asked for, or all that the viewer has rows of. */
function carried(declarations: readonly ChangeDeclaration[], node: FieldNode | undefined, variables: Variables, sees: (type: string) => boolean): readonly ChangeDeclaration[] {
  const one = askedFor(declarations, node, variables);
  return declarations.filter((declaration) => (one === null || declaration === one) && sees(declaration.type));
}

/** Record types read as one sequence, and the type of their cursors. */
interface Sequence {
  readonly changes: readonly CompiledChange[];
  readonly cursorType: string;
}

function sequenceOf(changes: readonly CompiledChange[]): Sequence {
  return { changes, cursorType: cursorTypeOf(changes.map(({ type }) => type)) };
}

/** The page behind a cursor, of the first sequence the cursor is of; without one the place of now in the first. */
async function readPage(
  { reader, sequencer, cursors }: PullParts,
  sequences: readonly Sequence[],
  after: unknown,
  size: number,
  viewer: Viewer,
  signal: AbortSignal | undefined,
): Promise<{ readonly page: MergedPage; readonly of: Sequence }> {
  const [first = sequenceOf([])] = sequences;
  if (typeof after !== 'string') {
    const { epoch, position } = await reader.head(viewer);
    return { page: { events: [], place: { epoch, position: position + 1n, number: 0 }, more: false }, of: first };
  }
  for (const of of sequences) {
    const place = cursors.open(after, viewer, of.cursorType);
    if (!place) continue;
    // A page holds everything that was committed before it was asked for.
    await sequencer.settle();
    return { page: await new MergedChanges(reader, of.changes).read(viewer, place, size, signal), of };
  }
  throw invalidCursor();
}

/** The receipts are told when the page is in the evidence and has not left: who owes a delivery can show that it was made. */
async function handedOut({ receipts }: PullParts, { changes }: Sequence, { events, place }: MergedPage, viewer: Viewer): Promise<void> {
  await Promise.all(
    changes.map(async ({ type: recordType }) => {
      const own = events.filter(({ change }) => change.type === recordType).map(({ event }) => event);
      const consumer = receipts.consumer(viewer, { recordType, transport: 'PULL', name: viewer.account });
      if (own.length > 0) await consumer.delivered(own, place);
      else consumer.reached(place);
    }),
  );
}

/** The JSON of a page, with what cost and evidence record of it. */
function written(
  type: GraphQLObjectType,
  members: readonly { readonly key: string; readonly name: string }[],
  { events, place, more }: MergedPage,
  viewer: Viewer,
  cursor: (place: FeedPlace) => string,
): Awaited<ReturnType<ResolvedRead['resolve']>> {
  let objects = 0;
  const text = members.map(({ key, name }) => {
    const at = `${JSON.stringify(key)}:`;
    if (name === '__typename') return `${at}${JSON.stringify(type.name)}`;
    if (name === 'cursor') return `${at}${JSON.stringify(cursor(place))}`;
    if (name === 'hasMore') return `${at}${String(more)}`;
    const list = events.map((one) => changeText(one, viewer, cursor));
    objects = list.reduce((sum, change) => sum + objectsIn(JSON.parse(change)), 0);
    return `${at}[${list.join(',')}]`;
  });
  return {
    bytes: Buffer.from(`{${text.join(',')}}`),
    records: events.length,
    objects,
    subjects: [...new Set(events.flatMap(({ event }) => event.subject ?? []))],
    errors: [],
  };
}

function changeText({ change, event }: MergedEvent, viewer: Viewer, cursor: (place: FeedPlace) => string): string {
  return change.write({ kind: kindOf(event), number: event.place.number, cursor: cursor(event.place) }, event, viewer);
}

/** Changes, records and what is below them, as the static cost counts them. */
function objectsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return (Array.isArray(value) ? 0 : 1) + Object.values(value).reduce<number>((sum, below) => sum + objectsIn(below), 0);
}

function pullOf({ services }: Partial<OperationContext>): PullParts {
  if (!services) throw new Error('changes are pulled in an operation');
  return services.get(pullParts);
}

function twice(nodes: readonly FieldNode[]): GraphQLError {
  return new GraphQLError('一页变更中 changes 只可选一次 · Select changes once in a page.', {
    nodes: [...nodes],
    extensions: { code: 'BAD_USER_INPUT', nextStep: '{ changes(first: 100, after: "…") { cursor hasMore changes { … } } }' },
  });
}
