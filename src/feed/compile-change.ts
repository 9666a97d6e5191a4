import { GraphQLError, type FieldNode } from 'graphql';
import type { Viewer } from '../access/viewer.js';
import { changeView, farewellColumn } from '../boundary/view-names.js';
import { columnOf } from '../boundary/row-conditions.js';
import type { BoundStatement, Row, Statement } from '../database/envelope.js';
import { namedStatement } from '../database/packed-rows.js';
import { fieldObject, ObjectCompiler, type ReadContext } from '../planner/object-compiler.js';
import type { ChangeDeclaration } from './change-declaration.js';
import { changeFilter } from './change-filter.js';
import { nothingNested } from '../planner/list-sink.js';
import { RowCells } from '../database/row-cells.js';
import { JsonBytes } from '../planner/json-bytes.js';
import type { ObjectWriter } from '../planner/row-writer.js';
import { collectFields, subSelections } from '../planner/selection.js';

export type { ChangeDeclaration } from './change-declaration.js';

/** One event of the log as a subscriber sees it. */
export interface VisibleEvent {
  readonly position: bigint;
  readonly seenBefore: boolean;
  readonly seenAfter: boolean;
  /** What names the record to those who saw it, for example its document number. */
  readonly identity: string | null;
  /** What may be said of a record that left, for example REPAIRED; null for any other event. */
  readonly farewell: string | null;
  /** Internal id of the subject of the record, where the subscriber sees it; for the evidence. */
  readonly subject: string | null;
  readonly row: Row;
}

/** The members of a change that do not come from the log's row. */
export interface ChangeHead {
  readonly kind: string;
  readonly number: number;
  readonly cursor: string;
}

/** A subscription compiled for a viewer class. */
export interface CompiledChange {
  /** The record type whose changes it carries. */
  readonly type: string;
  /** Response key of the root field. */
  readonly key: string;
  /** At most `page` visible events from a position on, before the position `upTo`. */
  read(from: bigint, upTo: bigint, page: number): BoundStatement;
  event(row: Row): VisibleEvent;
  /** JSON of the change; `row` is null for events without a record. */
  write(head: ChangeHead, event: VisibleEvent | null, viewer: Viewer): string;
}

const leadColumns = 5;

/** Placeholders of a read before those of the filter: from, up to, page. */
const placesOfRead = 3;

/** Compiles the selection of a subscription; the view of the viewer class has applied rows and cells already. */
export function compileChange(context: ReadContext, declaration: ChangeDeclaration, key: string, nodes: readonly FieldNode[]): CompiledChange {
  const table = context.tables.get(declaration.type);
  const root = context.schema.getSubscriptionType();
  const [branch] = context.policy.branches(context.standing, declaration.type);
  if (!table || !root || !branch) throw new Error(`Feed: nothing to read for Subscription.${declaration.field}`);
  const compiler = new ObjectCompiler(context, table, (_type, _field, info, alias) => () => `${alias}.${info.column}`, () => {
    throw notInFeed(declaration, nodes);
  });
  const type = fieldObject(root, declaration.field);
  const members = [...collectFields(type, subSelections(nodes), context.fragments, context.variables)].map(([name, below]) => {
    const field = below[0]?.name.value ?? '';
    const record: ObjectWriter | null = field === declaration.record ? compiler.object(below) : null;
    return { name, field, record };
  });
  if (compiler.nested) throw notInFeed(declaration, nodes);
  const owner = [...table.toOne.values()].find(({ target }) => context.policy.recordOf(target) === table.type);
  const record = context.policy.records.get(table.type);
  const subjectColumn = owner?.foreignColumn ?? (record?.subject === undefined ? null : columnOf(table, record.subject));
  const subject = subjectColumn === null ? null : leadColumns + compiler.ownColumn(subjectColumn);
  const farewell = record?.farewell ? `r.${farewellColumn}` : 'NULL::text';
  const filter = changeFilter(context, declaration, table, nodes[0], placesOfRead + 1);
  const [before, after] = filter ? [`r.seen_before AND ${filter.before}`, `r.seen_after AND ${filter.after}`] : ['r.seen_before', 'r.seen_after'];
  const inner = [
    'r.first_position', 'r.ordinal', `${before} AS seen_before`, `${after} AS seen_after`, 'r.identity', `${farewell} AS farewell`,
    ...[...compiler.inner.keys()].map((column) => `r.${column}`),
  ].join(', ');
  const own = compiler.columns.map((expression) => `, ${expression(branch)}`).join('');
  // The transaction that holds $1 starts at or before it; those that start before $2 follow.
  const within = (column: string): string =>
    `${column} >= (SELECT max(s.first_position) FROM shared.feed_start s WHERE s.first_position <= $1::bigint) AND ${column} < $2::bigint`;
  const statement: Statement = namedStatement(
    `SELECT p.first_position + p.ordinal, p.seen_before, p.seen_after, p.identity, p.farewell${own} FROM (SELECT ${inner} ` +
      // Within each transaction the ordinals are cut by index. The cuts are columns of their own (OFFSET 0): a subtraction can
      // fail and is not leakproof, so beside row security it would be a filter, and each read of a transaction of 100,000
      // events would judge all of them.
      `FROM (SELECT s.first_position, $1::bigint - s.first_position AS low, $2::bigint - s.first_position AS high ` +
      `FROM shared.feed_start s WHERE ${within('s.first_position')} OFFSET 0) cut ` +
      `JOIN ${changeView(context.standing.principal, table)} r ON r.first_position = cut.first_position AND r.ordinal >= cut.low AND r.ordinal < cut.high ` +
      `WHERE ${within('r.first_position')} ` +
      `AND ((${before}) OR (${after})) ORDER BY r.first_position, r.ordinal LIMIT $3::int) p${compiler.joins.join('')} ` +
      'ORDER BY p.first_position, p.ordinal',
  );
  return {
    type: declaration.type,
    key,
    read: (from, upTo, page) => ({ statement, values: [String(from), String(upTo), String(page), ...(filter?.values ?? [])] }),
    event: (row) => ({
      position: BigInt(row[0] ?? '0'),
      seenBefore: row[1] === 't',
      seenAfter: row[2] === 't',
      identity: row[3] ?? null,
      farewell: row[4] ?? null,
      subject: subject === null ? null : (row[subject] ?? null),
      row,
    }),
    write: (head, event, viewer) => {
      const parts = members.map(({ name, field, record }) => {
        const at = `${JSON.stringify(name)}:`;
        if (record) return `${at}${event?.seenAfter ? recordText(record, event, viewer) : 'null'}`;
        if (field === 'kind') return `${at}"${head.kind}"`;
        if (field === 'number') return `${at}${head.number}`;
        if (field === 'cursor') return `${at}"${head.cursor}"`;
        if (field === '__typename') return `${at}${JSON.stringify(type.name)}`;
        if (field === declaration.farewell) return `${at}${JSON.stringify(event !== null && !event.seenAfter ? event.farewell : null)}`;
        const identity = event?.identity ?? null;
        return `${at}${identity === null ? 'null' : JSON.stringify(identity)}`;
      });
      return `{${parts.join(',')}}`;
    },
  };
}

function recordText(record: ObjectWriter, event: VisibleEvent, viewer: Viewer): string {
  const out = new JsonBytes();
  record(out, nothingNested(viewer), [RowCells.of(event.row.slice(leadColumns))], 0, 1);
  return out.view().toString();
}

/** An event carries a record and what is joined to it; its lists change on their own. */
function notInFeed(declaration: ChangeDeclaration, nodes: readonly FieldNode[]): GraphQLError {
  return new GraphQLError('变更推送不含嵌套列表，请按标识查询记录 · Nested lists are not carried by the feed; query the record by its id.', {
    nodes: [...nodes],
    extensions: { code: 'NOT_IN_FEED', nextStep: `query { node(id: "…") { ... on ${declaration.type} { id } } }` },
  });
}

/** Reads the head of the log in the same snapshot as the events. */
export const headStatement: BoundStatement = {
  statement: { name: 'feed-head', text: 'SELECT epoch, position, low_water FROM shared.feed_head' },
  values: [],
};
