import { visibleRows, type OperationView } from '../../boundary/operation-view.js';
import type { ChangeDeclaration } from '../compile-change.js';
import { canonicalRowSql, digestSql } from './canonical-row.js';

/** A cell of the canonical row. */
export interface ReconciledColumn {
  /** Path of the field in an answer, for example `holder.uscc`: also the name of the column in an export. */
  readonly path: string;
  /** What the boundary must show in full. */
  readonly coordinate: string;
  /** Its value as text over `from`; it must be the text an answer shows. */
  readonly sql: string;
}

/** What a capability declares so that partners can hold their copy of its records against the hub's. */
export interface ReconciledRecord {
  /** Name of the view; one of its own per record type. */
  readonly name: string;
  /** Whose changes explain a difference. */
  readonly change: ChangeDeclaration;
  /** Tables with their aliases; every one of them joins at most one row to a record. */
  readonly from: string;
  /** The record's own table, judged by row security, and the others it is joined to. */
  readonly table: string;
  readonly joined: readonly string[];
  /** Key of a row as text, unique among the rows of one viewer. */
  readonly key: string;
  /** What names the row in the feed: the identity of its boundary. */
  readonly identity: string;
  /** The same out of a key, for a row that only the partner has. */
  readonly identityOfKey: (key: string) => string;
  /** Internal id of its subject, for the evidence. */
  readonly subject: string;
  /** Legal day that puts a row into a bucket; one without stands in buckets by hash alone. */
  readonly day: string;
  readonly columns: readonly ReconciledColumn[];
}

/** Digits of SHA-256 of the key that name a bucket: 4,096 buckets hold some 250 rows each of a million. */
export const hashDigits = 3;

/**
 * The database side: each visible row with its buckets, canonical text and digest. Whoever does not read all its columns
 * in full, whatever the relation, gets no view: a digest over masked cells could be compared with nothing.
 */
export function reconcileView(record: ReconciledRecord): OperationView {
  return {
    name: record.name,
    viewers: { record: record.change.type, inFull: [...new Set(record.columns.map(({ coordinate }) => coordinate))] },
    policies: { [record.table]: visibleRows },
    reads: record.joined,
    query: `  SELECT q.key, q.day, left(${digestSql('q.key')}, ${hashDigits}) AS hash, q.text, ${digestSql('q.text')} AS digest, q.identity, q.subject
  FROM (SELECT ${record.key} AS key, ${record.day} AS day, ${record.identity} AS identity, ${record.subject} AS subject,
      ${canonicalRowSql(record.columns.map(({ sql }) => sql))} AS text
    FROM ${record.from}) q`,
  };
}
