import type { ClientBase } from 'pg';
import type { KeyRing } from '../access/key-ring.js';
import { prepareSealing } from '../access/key-register.js';
import type { SealedTable } from '../access/key-rotation.js';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from '../database/column-arrays.js';
import { lookupOf } from './find-subjects.js';
import type { Identifier, PersonalScheme } from './identifiers/schemes.js';

/** A personal identifier of a natural person as it is stored. */
export interface SubjectIdentifier extends Identifier<PersonalScheme> {
  readonly subjectId: string;
}

/** Whose number it is: the legal representative's, or that of a person named for a holder that is no natural person. */
export type PermitIdentifierRole = 'LEGAL_REPRESENTATIVE' | 'HOLDER';

/** An identity number that stands with a permit. */
export interface PermitIdentifier extends Identifier<PersonalScheme> {
  readonly role: PermitIdentifierRole;
}

/** All identity numbers a document states; none means that those stored before are gone. */
export interface PermitIdentifiers {
  readonly permitId: string;
  readonly identifiers: readonly PermitIdentifier[];
}

/**
 * The seals of natural persons' numbers. Each is bound to its row, so that one moved to another does not open; `lookup`
 * is bound too, else two numbers of one subject could change places.
 */
export const subjectSeals: SealedTable = {
  table: 'hub.subject_identifier',
  key: { id: 'bigint' },
  place: ['t.subject_id', 't.scheme', 't.lookup'],
  context: (place) => ['hub.subject_identifier', ...place].join('/'),
};

/** The seals of numbers that stand with a permit. */
export const permitSeals: SealedTable = {
  table: 'hub.permit_identifier',
  key: { permit_id: 'bigint', role: 'text' },
  place: ['t.permit_id', 't.role', 't.scheme', 't.lookup'],
  context: (place) => ['hub.permit_identifier', ...place].join('/'),
};

interface SealedRow {
  readonly ownerId: string;
  readonly role: string;
  readonly scheme: string;
  readonly sealed: string;
  readonly lookup: string;
}

const subjectColumns: readonly SqlColumn<SealedRow>[] = [
  { name: 'subject_id', type: 'bigint', value: ({ ownerId }) => ownerId },
  { name: 'scheme', type: 'text', value: ({ scheme }) => scheme },
  { name: 'sealed', type: 'text', value: ({ sealed }) => sealed },
  { name: 'lookup', type: 'text', value: ({ lookup }) => lookup },
];

const permitColumns: readonly SqlColumn<SealedRow>[] = [
  { name: 'permit_id', type: 'bigint', value: ({ ownerId }) => ownerId },
  { name: 'role', type: 'text', value: ({ role }) => role },
  ...subjectColumns.slice(1),
];

const insertSubjectSql = `
  INSERT INTO hub.subject_identifier (${columnNames(subjectColumns)})
  SELECT ${columnNames(subjectColumns)} FROM ${unnestSql(subjectColumns)} AS i(${columnNames(subjectColumns)})
  ON CONFLICT DO NOTHING`;

// What the document no longer states goes; what it states as before stays untouched, its seal too.
const writePermitSql = `
  WITH stated AS MATERIALIZED (SELECT * FROM ${unnestSql(permitColumns, 2)} AS i(${columnNames(permitColumns)})),
  gone AS (
    DELETE FROM hub.permit_identifier d
     WHERE d.permit_id = ANY($1::bigint[])
       AND NOT EXISTS (SELECT FROM stated s WHERE s.permit_id = d.permit_id AND s.role = d.role)
    RETURNING d.permit_id),
  kept AS (
    INSERT INTO hub.permit_identifier AS d (${columnNames(permitColumns)}) SELECT ${columnNames(permitColumns)} FROM stated
    ON CONFLICT (permit_id, role) DO UPDATE
       SET scheme = excluded.scheme, sealed = excluded.sealed, lookup = excluded.lookup
     WHERE (d.scheme, d.lookup) IS DISTINCT FROM (excluded.scheme, excluded.lookup)
    RETURNING d.permit_id)
  SELECT permit_id FROM gone UNION SELECT permit_id FROM kept`;

/** Stores new personal identifiers of subjects, sealed, inside the caller's transaction. Known ones stay as they are. */
export async function writeSubjectIdentifiers(client: ClientBase, keyRing: KeyRing, identifiers: readonly SubjectIdentifier[]): Promise<void> {
  if (identifiers.length === 0) return;
  await prepareSealing(client, keyRing);
  const rows = identifiers.map(({ subjectId, scheme, value }): SealedRow => {
    const lookup = lookupOf(keyRing, { scheme, value });
    return { ownerId: subjectId, role: '', scheme, lookup, sealed: keyRing.encrypt(value, subjectSeals.context([subjectId, scheme, lookup])) };
  });
  await client.query({ name: 'subjects-seal', text: insertSubjectSql, values: columnArrays(subjectColumns, rows) });
}

/**
 * Brings the identity numbers of a batch of permits to what their documents state, sealed, inside the caller's
 * transaction: at most three statements, none for a batch of new permits without numbers (`areNew`). Each permit
 * occurs once. Returns the permits of which a number was added, changed or removed.
 */
export async function writePermitIdentifiers(
  client: ClientBase,
  keyRing: KeyRing,
  permits: readonly PermitIdentifiers[],
  areNew = false,
): Promise<ReadonlySet<string>> {
  const stated = permits.flatMap(({ permitId, identifiers }) => identifiers.map((identifier) => ({ permitId, ...identifier })));
  if (permits.length === 0 || (areNew && stated.length === 0)) return new Set();
  if (stated.length > 0) await prepareSealing(client, keyRing);
  const rows = stated.map(({ permitId, role, scheme, value }): SealedRow => {
    const lookup = lookupOf(keyRing, { scheme, value });
    return { ownerId: permitId, role, scheme, lookup, sealed: keyRing.encrypt(value, permitSeals.context([permitId, role, scheme, lookup])) };
  });
  const changed = await client.query<{ permit_id: string }>({
    name: 'permits-seal',
    text: writePermitSql,
    values: [permits.map(({ permitId }) => permitId), ...columnArrays(permitColumns, rows)],
  });
  return new Set(changed.rows.map(({ permit_id: id }) => id));
}
