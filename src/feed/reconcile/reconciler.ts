import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { standingOf, type Viewer } from '../../access/viewer.js';
import { denialError } from '../../boundary/denial.js';
import { viewersOf } from '../../boundary/operation-view.js';
import type { BoundStatement } from '../../database/envelope.js';
import { ServiceKey, type OperationContext } from '../../planner/context.js';
import { textArray } from '../../planner/parameters.js';
import type { PlannerParts } from '../../planner/parts.js';
import type { ChangeReader } from '../change-reader.js';
import { compileChange } from '../compile-change.js';
import type { FeedCursors } from '../cursor.js';
import { asRefusal } from '../feed-refusal.js';
import type { Sequencer } from '../sequencer.js';
import { invalidCursor } from '../stream-ended.js';
import { bucketDigest, bucketDigestSql } from './canonical-row.js';
import type { BucketScheme, DayRange, GivenBucket, GivenRow } from './reconcile-input.js';
import { reconcileView, type ReconciledRecord } from './reconciled-record.js';

/** Differences of one answer; the rest is asked for behind the last of them. */
export const mostDifferences = 1_000;

/** Visible changes behind a partner's cursor that still count as under way. Who is further behind compares too early. */
export const mostPending = 1_000;

/** Changes read at a time. */
const changesPerRead = 200;

/** A bucket as the hub holds it for this viewer. */
export interface HubBucket {
  readonly bucket: string;
  readonly count: number;
  readonly digest: string;
}

/** How a row differs, from the partner's side. */
export type DifferenceKind = 'MISSING' | 'EXTRA' | 'DIFFERENT';

export interface HubDifference {
  readonly key: string;
  readonly kind: DifferenceKind;
  /** The hub's row; null where it shows none. */
  readonly digest: string | null;
  readonly text: string | null;
  /** Whether a change of it lies behind the partner's cursor; null without one. */
  readonly pending: boolean | null;
}

/** Which rows are compared, and behind which key the answer goes on. */
export interface RowQuestion {
  readonly by: BucketScheme;
  readonly bucket: string;
  readonly rows: readonly GivenRow[];
  readonly afterKey: string | null;
  /** The feed cursor up to which the partner has applied changes. */
  readonly cursor: string | null;
}

/** At most `mostDifferences`, and whether there are more. */
export interface Differences<T> {
  readonly found: readonly T[];
  readonly more: boolean;
}

export interface ReconcilerParts {
  readonly plannerParts: PlannerParts;
  readonly reader: ChangeReader;
  readonly sequencer: Pick<Sequencer, 'settle'>;
  readonly cursors: FeedCursors;
}

export const reconciler = new ServiceKey<Reconciler>('reconciler');

/**
 * Holds what a partner has against what the hub shows it. Both sides reckon count and digest of buckets, then the digests
 * of the rows of a bucket that differs; the hub's side is made by a view of its own under row security, so a row that the
 * partner may not see is for this comparison not there.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** The buckets of either side that differ, in order of their names, with the hub's count and digest. */
  async buckets(record: ReconciledRecord, by: BucketScheme, range: DayRange, given: readonly GivenBucket[], afterBucket: string | null, context: OperationContext): Promise<Differences<HubBucket>> {
    const { viewer, readers } = context;
    this.#assertReads(record, viewer);
    const bucket = by === 'DAY' ? `to_char(v.day, 'YYYY-MM-DD')` : 'v.hash';
    // A row without a day (an entry that is not decided) stands in no bucket by day; by hash days are not narrowed.
    const dayless = by === 'HASH' ? ' OR v.day IS NULL' : '';
    const statement = named(
      `WITH own AS (SELECT ${bucket} AS bucket, count(*) AS count, ${bucketDigestSql('v.digest')} AS digest FROM ${viewOf(record, viewer)} v ` +
        `WHERE v.day >= coalesce($1::date, '-infinity') AND v.day <= coalesce($2::date, 'infinity')${dayless} GROUP BY 1), ` +
        `given AS (SELECT * FROM unnest($3::text[], $4::bigint[], $5::text[]) AS g(bucket, count, digest)) ` +
        `SELECT bucket, coalesce(o.count, 0), coalesce(o.digest, $6::text) FROM own o FULL JOIN given g USING (bucket) ` +
        `WHERE (coalesce(o.count, 0), coalesce(o.digest, $6::text)) IS DISTINCT FROM (coalesce(g.count, 0), coalesce(g.digest, $6::text)) ` +
        `AND bucket COLLATE "C" > $7::text ORDER BY bucket COLLATE "C" LIMIT ${mostDifferences + 1}`,
      [
        range.from, range.to, textArray(given.map((one) => one.bucket)), textArray(given.map((one) => String(one.count))),
        textArray(given.map((one) => one.digest)), bucketDigest([]), afterBucket ?? '',
      ],
    );
    const [rows = []] = await readers.run(viewer, [statement], { adHoc: true, signal: context.signal });
    const found = rows.slice(0, mostDifferences).map(([name, count, digest]) => ({ bucket: name ?? '', count: Number(count), digest: digest ?? '' }));
    return { found, more: rows.length > mostDifferences };
  }

  /**
   * The rows of a bucket that one side has alone or both have differently, in order of their keys. Throws GraphQLError
   * CURSOR_INVALID, CURSOR_EPOCH, CURSOR_TOO_OLD and RECONCILE_BEHIND.
   */
  async rows(record: ReconciledRecord, question: RowQuestion, context: OperationContext): Promise<Differences<HubDifference>> {
    const { viewer, readers } = context;
    const { by, bucket, rows: given, afterKey, cursor } = question;
    this.#assertReads(record, viewer);
    const statement = named(
      `WITH own AS (SELECT v.key, v.digest, v.text, v.identity, v.subject FROM ${viewOf(record, viewer)} v ` +
        `WHERE ${by === 'DAY' ? 'v.day = $1::date' : 'v.hash = $1::text'}), ` +
        `given AS (SELECT * FROM unnest($2::text[], $3::text[]) AS g(key, digest)) ` +
        `SELECT key, g.digest IS NULL, o.digest, o.text, o.identity, o.subject FROM own o FULL JOIN given g USING (key) ` +
        `WHERE o.digest IS DISTINCT FROM g.digest AND key COLLATE "C" > $4::text ORDER BY key COLLATE "C" LIMIT ${mostDifferences + 1}`,
      [bucket, textArray(given.map(({ key }) => key)), textArray(given.map(({ digest }) => digest)), afterKey ?? ''],
    );
    const [rows = []] = await readers.run(viewer, [statement], { adHoc: true, signal: context.signal });
    // After the rows: a change between the two reads makes a difference look pending, never a pending one look missed.
    const pending = cursor === null || rows.length === 0 ? null : await this.#pending(record, cursor, viewer);
    const shown = rows.slice(0, mostDifferences);
    const found = shown.map(([key, alone, digest = null, text = null, identity = null]): HubDifference => ({
      key: key ?? '',
      kind: digest === null ? 'EXTRA' : alone === 't' ? 'MISSING' : 'DIFFERENT',
      digest,
      text,
      pending: pending && pending(key ?? '', identity),
    }));
    const subjects = shown.flatMap(([, , , , , subject]) => subject ?? []);
    context.noteRead(found.filter(({ text }) => text !== null).length, [...new Set(subjects)]);
    return { found, more: rows.length > mostDifferences };
  }

  /** Whether a row has a visible change behind a cursor. A row the hub does not show is known by its key alone. */
  async #pending(record: ReconciledRecord, cursor: string, viewer: Viewer): Promise<(key: string, identity: string | null) => boolean> {
    const { plannerParts, reader, sequencer, cursors } = this.#parts;
    const change = compileChange({ ...plannerParts, standing: standingOf(viewer), fragments: {}, variables: {}, allowed: new Set() }, record.change, '', []);
    const changed = new Set<string>();
    // What the rows showed was committed, and after this it has its positions: no change of it is missed below.
    await sequencer.settle();
    try {
      let place = cursors.open(cursor, viewer, change.type);
      if (!place) throw invalidCursor();
      for (let events = 0, caughtUp = false; !caughtUp; ) {
        const page = await reader.read(change, viewer, place, changesPerRead);
        for (const { identity } of page.events) if (identity !== null) changed.add(identity);
        events += page.events.length;
        if (events > mostPending) throw behind();
        ({ place, caughtUp } = page);
      }
    } catch (error) {
      throw asRefusal(error);
    }
    return (key, identity) => changed.has(identity ?? record.identityOfKey(key));
  }

  #assertReads(record: ReconciledRecord, viewer: Viewer): void {
    const { policy } = this.#parts.plannerParts;
    const view = reconcileView(record);
    if (viewersOf(policy, view).includes(viewer.principal)) return;
    const { message, extensions } = denialError(policy, standingOf(viewer), record.columns[0]?.coordinate ?? '', []);
    throw new GraphQLError(message, { extensions });
  }
}

function viewOf(record: ReconciledRecord, { principal }: Viewer): string {
  return `shared.${record.name}__${principal.toLowerCase()}`;
}

function named(text: string, values: (string | null)[]): BoundStatement {
  return { statement: { name: `c${createHash('sha256').update(text).digest('base64url').slice(0, 40)}`, text }, values };
}

function behind(): GraphQLError {
  return new GraphQLError(`游标之后的可见变更超过 ${mostPending} 项，尚不宜核对 · More than ${mostPending} visible changes lie behind the cursor: it is too early to compare.`, {
    extensions: { code: 'RECONCILE_BEHIND', nextStep: '先以 changes(after:) 取完变更，再核对 · Take the changes with changes(after:) first.' },
  });
}
