import { columnNames, unnestSql, type SqlColumn } from '../database/column-arrays.js';
import { allColumns, contentColumns, keyColumns, sourceColumns, type HeldPermit, type PermitColumn } from './permit-columns.js';

/** The statements of one layout: those that look for a difference and those that remove it. */
export interface PermitStatements {
  readonly name: string;
  readonly find: string;
  readonly update: string;
}

/** A permit that changes, with its key. */
export interface ChangedPermit extends HeldPermit {
  readonly id: string;
}

export const updateColumns: readonly SqlColumn<ChangedPermit>[] = [
  { name: 'id', type: 'bigint', value: ({ id }) => id },
  ...contentColumns,
  ...sourceColumns,
];

const variants = new Map<string, PermitStatements>();

/**
 * The statements for a source that states these fields. What a layout has no column for is neither compared nor
 * overwritten: a row of 2015 does not empty the certificate number that a row of 2018 brought.
 */
export function permitStatements(stated: ReadonlySet<string>): PermitStatements {
  const columns = contentColumns.filter(({ field }) => field === undefined || stated.has(field));
  const key = columnNames(columns);
  let statements = variants.get(key);
  if (!statements) {
    statements = { name: `intake-permits-${variants.size}`, find: findSql(columns), update: updateSql(columns) };
    variants.set(key, statements);
  }
  return statements;
}

/** INVALID (无效) says less than REVOKED and CANCELLED and does not take their place. */
const statusSql = `CASE WHEN p.status IN ('REVOKED', 'CANCELLED') AND coalesce(i.status, 'INVALID') = 'INVALID' THEN p.status ELSE i.status END`;

function given(columns: readonly PermitColumn[]): string {
  return columns.map(({ name }) => (name === 'status' ? statusSql : `i.${name}`)).join(', ');
}

function differs(columns: readonly PermitColumn[]): string {
  return `(${columnNames(columns, 'p.')}) IS DISTINCT FROM (${given(columns)})`;
}

function findSql(columns: readonly PermitColumn[]): string {
  return `
  SELECT i.n, p.id, p.status, p.source_agency AS agency, p.source_version AS version, p.updated_at AS at, ${differs(columns)} AS changed
    FROM ${unnestSql(allColumns)} WITH ORDINALITY AS i(${columnNames(allColumns)}, n)
    JOIN hub.permit p ON ${keyColumns.map(({ name }) => `p.${name} = i.${name}`).join(' AND ')}
     FOR UPDATE OF p`;
}

function updateSql(columns: readonly PermitColumn[]): string {
  const basic = differs(columns.filter((column) => column.basic));
  return `
  UPDATE hub.permit p
     SET (${columnNames(columns)}) = ROW(${given(columns)}),
         source_agency = i.source_agency, source_version = coalesce(i.source_version, p.source_version),
         basic_updated_at = CASE WHEN ${basic} THEN $2::timestamptz ELSE p.basic_updated_at END,
         basic_batch = CASE WHEN ${basic} THEN $3::uuid ELSE p.basic_batch END,
         batch_id = $1::bigint, updated_at = $2::timestamptz, revision = p.revision + 1
    FROM ${unnestSql(updateColumns, 4)} AS i(${columnNames(updateColumns)})
   WHERE p.id = i.id`;
}

/** A decision and the action that records it are born in one statement. */
export const insertSql = `
  WITH decided AS (
    INSERT INTO hub.permit (${columnNames(allColumns)}, batch_id, updated_at, received_at, basic_updated_at, basic_batch)
    SELECT ${columnNames(allColumns, 'i.')}, $1::bigint, $2::timestamptz, $2::timestamptz, $2::timestamptz, $3::uuid
      FROM ${unnestSql(allColumns, 4)} WITH ORDINALITY AS i(${columnNames(allColumns)}, n) ORDER BY i.n
    RETURNING id, jurisdiction, item, decided_by, district, outcome, decided_on)
  INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
  SELECT id, jurisdiction, item, decided_by, district, CASE outcome WHEN 'GRANTED' THEN 'GRANT' ELSE 'REFUSAL' END, decided_on
    FROM decided ORDER BY id
  RETURNING permit_id`;

/** A corrected decision date or outcome moves the action that recorded the decision with it. */
export const realignSql = `
  UPDATE hub.permit_action a
     SET action = CASE p.outcome WHEN 'GRANTED' THEN 'GRANT' ELSE 'REFUSAL' END, acted_on = p.decided_on
    FROM hub.permit p
   WHERE p.id = ANY($1::bigint[]) AND a.permit_id = p.id AND a.action IN ('GRANT', 'REFUSAL')
     AND (a.action, a.acted_on) IS DISTINCT FROM
         (CASE p.outcome WHEN 'GRANTED' THEN 'GRANT' ELSE 'REFUSAL' END, p.decided_on)`;

/** A newer version of the source with the same content: only its number is new. */
export const versionSql = `
  UPDATE hub.permit p SET source_version = i.version
    FROM unnest($1::bigint[], $2::bigint[]) AS i(id, version) WHERE p.id = i.id`;

export const endingColumns: readonly SqlColumn<HeldPermit>[] = [
  ...keyColumns,
  { name: 'action', type: 'text', value: ({ permit }) => (permit.status === 'REVOKED' ? 'REVOCATION' : 'CANCELLATION') },
  { name: 'acted_on', type: 'date', value: ({ permit }) => permit.endedOn },
];

/** The revocation or cancellation that a row states becomes an action, once. */
export const endingSql = `
  INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
  SELECT p.id, p.jurisdiction, p.item, p.decided_by, p.district, i.action, i.acted_on
    FROM ${unnestSql(endingColumns)} AS i(${columnNames(endingColumns)})
    JOIN hub.permit p ON ${keyColumns.map(({ name }) => `p.${name} = i.${name}`).join(' AND ')}
   WHERE NOT EXISTS (SELECT FROM hub.permit_action a WHERE a.permit_id = p.id AND a.action = i.action)`;

/** Holders of other documents that carry one of these dispatch certificate numbers (XT-4.1.2c, A-03). */
export const certificateSql = `
  SELECT DISTINCT i.n
    FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS i(certificate_no, holder_id, n)
    JOIN hub.permit p ON p.certificate_no = i.certificate_no AND p.holder_id <> i.holder_id
   WHERE p.jurisdiction = 'CN-TJ' AND p.item = 'P01'
     AND (p.identifier_scheme, p.document_no, p.document_part) IS DISTINCT FROM (($3::text[])[i.n], ($4::text[])[i.n], ($5::int[])[i.n])`;
