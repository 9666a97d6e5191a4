import type { ClientBase } from 'pg';
import type { KeyRing } from '../access/key-ring.js';
import { identifiersOf, type HolderMention, type MatchKey } from './holder.js';
import { innerOrganisationCode } from './identifiers/credit-code.js';
import { isPersonal, type Identifier, type PersonalScheme } from './identifiers/schemes.js';
import { groupsOf, type KnownSubjects, type StoredSubject } from './match-holders.js';

const shown = 's.id, s.kind, s.name, s.uscc, s.merged_into';

// Look-ups by equality, each on its own index; an OR over them would read the table. `n` tells which key was found.
const findSql = `
  SELECT 0 AS leg, w.n, ${shown} FROM unnest($1::text[]) WITH ORDINALITY AS w(value, n)
    JOIN hub.subject s ON s.uscc = w.value
  UNION ALL
  SELECT 1, w.n, ${shown} FROM unnest($2::text[]) WITH ORDINALITY AS w(value, n)
    JOIN hub.subject s ON substr(s.uscc, 9, 9) = w.value
  UNION ALL
  SELECT 2, w.n, ${shown} FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS w(scheme, value, n)
    JOIN hub.subject_identifier i ON i.scheme = w.scheme AND i.value = w.value JOIN hub.subject s ON s.id = i.subject_id
  UNION ALL
  SELECT 3, w.n, ${shown} FROM unnest($5::text[], $6::text[]) WITH ORDINALITY AS w(scheme, lookup, n)
    JOIN hub.subject_identifier i ON i.scheme = w.scheme AND i.lookup = w.lookup JOIN hub.subject s ON s.id = i.subject_id
  UNION ALL
  SELECT 4, w.n, ${shown} FROM unnest($7::text[], $8::text[]) WITH ORDINALITY AS w(scheme, value, n)
    JOIN hub.subject s ON s.identifier_scheme = w.scheme AND s.identifier = w.value`;

const survivorsSql = 'SELECT id, kind, name, uscc FROM hub.subject WHERE id = ANY($1::bigint[])';

type SubjectRow = Omit<StoredSubject, 'viaMerger'>;

interface FoundRow extends SubjectRow {
  readonly leg: number;
  readonly n: string;
  readonly merged_into: string | null;
}

/** One thing to look for. */
type Wanted = Pick<MatchKey, 'by' | 'scheme' | 'value'>;

/** Keyed look-up hash of a personal identifier, the same wherever the number stands. */
export function lookupOf(keyRing: KeyRing, { scheme, value }: Identifier<PersonalScheme>): string {
  return keyRing.lookup(value, `identifier/${scheme}`);
}

/**
 * Reads what is stored for all keys of a batch in one statement, with a second one only where a merged subject is
 * among them: its place is taken by the surviving one.
 */
export async function findSubjects(client: ClientBase, keyRing: KeyRing, mentions: readonly HolderMention[]): Promise<KnownSubjects> {
  const legs = wantedOf(mentions);
  const [codes, inner, open, personal, own] = legs;
  const values = (leg: readonly Wanted[]) => leg.map(({ value }) => value);
  const schemes = (leg: readonly Wanted[]) => leg.map(({ scheme }) => scheme);
  const lookups = personal.map((identifier) => lookupOf(keyRing, identifier));
  const { rows } = await client.query<FoundRow>({
    name: 'subjects-find',
    text: findSql,
    values: [values(codes), values(inner), schemes(open), values(open), schemes(personal), lookups, schemes(own), values(own)],
  });
  const survivors = await readSurvivors(client, rows);
  const found = new Map<string, Map<string, StoredSubject>>();
  for (const row of rows) {
    const wanted = legs[row.leg]?.[Number(row.n) - 1];
    const subject = row.merged_into === null ? row : survivors.get(row.merged_into);
    if (!wanted || !subject) throw new Error('A look-up found what was not asked for.');
    const key = keyOf(wanted);
    const subjects = found.get(key) ?? new Map<string, StoredSubject>();
    found.set(key, subjects.set(subject.id, { id: subject.id, kind: subject.kind, name: subject.name, uscc: subject.uscc, viaMerger: subject !== row }));
  }
  return { find: (by, scheme, value) => [...(found.get(keyOf({ by, scheme, value }))?.values() ?? [])] };
}

interface WantedPersonal extends Identifier<PersonalScheme> {
  readonly by: PersonalScheme;
}

type Legs = readonly [
  codes: readonly Wanted[],
  inner: readonly Wanted[],
  open: readonly Wanted[],
  personal: readonly WantedPersonal[],
  own: readonly Wanted[],
];

function wantedOf(mentions: readonly HolderMention[]): Legs {
  const codes = new Map<string, Wanted>();
  const inner = new Map<string, Wanted>();
  const open = new Map<string, Wanted>();
  const personal = new Map<string, WantedPersonal>();
  const own = new Map<string, Wanted>();
  const seekOrganisation = (value: string) => {
    const wanted: Wanted = { by: 'ORGANISATION_CODE', scheme: 'ORGANISATION_CODE', value };
    inner.set(value, wanted);
    open.set(keyOf(wanted), wanted);
  };
  for (const { match, mentions: named } of groupsOf(mentions)) {
    if (match.by === 'USCC') {
      codes.set(match.value, match);
      seekOrganisation(innerOrganisationCode(match.value));
    } else if (match.by === 'OWN') {
      own.set(keyOf(match), match);
    }
    for (const identifier of named.flatMap(({ holder }) => identifiersOf(holder))) {
      const { scheme, value } = identifier;
      if (isPersonal(identifier)) personal.set(`${scheme}\n${value}`, { by: identifier.scheme, scheme: identifier.scheme, value });
      else if (scheme === 'ORGANISATION_CODE') seekOrganisation(value);
      else open.set(`${scheme}\n${value}`, { by: scheme, scheme, value });
    }
  }
  return [[...codes.values()], [...inner.values()], [...open.values()], [...personal.values()], [...own.values()]];
}

async function readSurvivors(client: ClientBase, rows: readonly FoundRow[]): Promise<ReadonlyMap<string, SubjectRow>> {
  const ids = new Set(rows.flatMap(({ merged_into: id }) => (id === null ? [] : [id])));
  if (ids.size === 0) return new Map();
  const survivors = await client.query<SubjectRow>(survivorsSql, [[...ids]]);
  return new Map(survivors.rows.map((subject) => [subject.id, subject]));
}

function keyOf({ by, scheme, value }: Wanted): string {
  return `${by}\n${scheme}\n${value}`;
}
