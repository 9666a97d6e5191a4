import { agencies } from '../../src/measures/agencies.js';
import { familyNameOnly, hasRights, ownsDecisions, readsPersonalData, sight, type Asker } from './judge.js';
import { collect, type Expected, type Selection } from './selection-tree.js';
import type { PermitRow, SubjectRow, World } from './world.js';

/** Data of a root and the paths of its errors, in answer order; the empty path is the root itself. */
export interface Reply {
  readonly data: unknown;
  readonly denied: readonly string[];
  /** The permits that are shown or shown through; empty when nothing is. */
  readonly rows: readonly PermitRow[];
  /** Code of the errors, by default BOUNDARY_DENIED. */
  readonly code?: string;
  /** Errors of planned roots come first, then those of `node`, then those of resolvers. */
  readonly phase?: 'node' | 'resolver';
}

export interface Filter {
  readonly item?: string;
  readonly status?: string;
  readonly district?: string;
  readonly documentNo?: string;
  readonly certificateNo?: string;
  readonly decidedBy?: string;
  readonly holderUscc?: string;
  readonly decidedFrom?: string;
  readonly decidedTo?: string;
  /** What else must hold, for filters the published schema does not have. */
  readonly also?: (permit: PermitRow) => boolean;
}

/** Cursors are compared by position, not by text: both stand as this word. Likewise ids. */
export const cursorMark = 'a cursor';
export const idMark = 'an id';

/** The page that is asked for: the places after and before which it lies are records of the list. */
export interface Paging<T> {
  readonly size: number;
  readonly backward: boolean;
  readonly after: T | null;
  readonly before: T | null;
}

/** Fields of PERMIT_BASIC are open to everyone who sees the row; these are the deciding organ's own. */
const ownFields = ['content', 'revision', 'legalRepresentative', 'identityMask'];

export const rootDenied: Reply = { data: null, denied: [''], rows: [] };

export function expectedPage(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  filter: Filter,
  paging: Paging<PermitRow>,
): Reply {
  return expectedList(asker, 'Permit', visible, (permit) => matches(world, permit, filter), below, paging, (permit, inner) =>
    permitData(asker, world, permit, inner), (permit) => [permit]);
}

/** Holders of visible permits, each once, in the order of their internal numbers. */
export function holdersOf(world: World, permits: readonly PermitRow[]): SubjectRow[] {
  const held = new Set(permits.map((permit) => permit.holder_id));
  return world.subjects.filter(({ id }) => held.has(id)).sort((a, b) => a.id - b.id);
}

export function expectedSubjects(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  filter: Filter,
  paging: Paging<SubjectRow>,
): Reply {
  const matching = visible.filter((permit) => matches(world, permit, filter));
  const through = (holder: SubjectRow): PermitRow[] => matching.filter((permit) => permit.holder_id === holder.id);
  return expectedList(asker, 'Subject', holdersOf(world, visible), (holder) => through(holder).length > 0, below, paging, (holder, inner) =>
    subjectData(asker, holder, matching, inner), through);
}

export function expectedSubject(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  uscc: string,
): Reply {
  if (!hasRights(asker)) return rootDenied;
  const found = holdersOf(world, visible).find((subject) => subject.uscc === uscc);
  return oneSubject(asker, visible, below, found);
}

function oneSubject(asker: Asker, visible: readonly PermitRow[], below: ReadonlyMap<string, Expected>, found: SubjectRow | undefined): Reply {
  return {
    data: found ? subjectData(asker, found, visible, below) : null,
    denied: deniedPaths(asker, below),
    rows: visible.filter((permit) => permit.holder_id === found?.id),
  };
}

function expectedList<T extends { readonly id: number }>(
  asker: Asker,
  type: string,
  all: readonly T[],
  fits: (record: T) => boolean,
  below: ReadonlyMap<string, Expected>,
  { size, backward, after, before }: Paging<T>,
  dataOf: (record: T, below: ReadonlyMap<string, Expected>) => unknown,
  rowsOf: (record: T) => readonly PermitRow[],
): Reply {
  if (!hasRights(asker)) return rootDenied;
  const place = (of: T): number => all.findIndex(({ id }) => id === of.id);
  const matching = all.slice(after === null ? 0 : place(after) + 1, before === null ? all.length : place(before)).filter(fits);
  const page = backward ? matching.slice(-size) : matching.slice(0, size);
  const more = matching.length > size;
  const info: Readonly<Record<string, unknown>> = {
    hasNextPage: backward ? before !== null : more,
    hasPreviousPage: backward ? more : after !== null,
    startCursor: page.length > 0 ? cursorMark : null,
    endCursor: page.length > 0 ? cursorMark : null,
    __typename: 'PageInfo',
  };
  const data = write(below, (name, inner) => {
    if (name === 'nodes') return page.map((record) => dataOf(record, inner));
    if (name === 'edges') {
      return page.map((record) =>
        write(inner, (part, deeper) => (part === 'cursor' ? cursorMark : part === '__typename' ? `${type}Edge` : dataOf(record, deeper))),
      );
    }
    if (name === '__typename') return `${type}Connection`;
    return write(inner, (part) => info[part]);
  });
  return { data, denied: deniedPaths(asker, below), rows: page.flatMap(rowsOf) };
}

/** A subject read through the given permits of it; the deciding organ of one of them reads what its record holds. */
function subjectData(asker: Asker, subject: SubjectRow, through: readonly PermitRow[], fields: ReadonlyMap<string, Expected>): Record<string, unknown> {
  const record = through.some((permit) => permit.holder_id === subject.id && sight(asker, permit) === 'record');
  const cells: Readonly<Record<string, unknown>> = {
    id: idMark, kind: subject.kind, name: subject.name, uscc: subject.uscc,
    identityMask: record ? (subject.identity_mask ?? null) : null, __typename: 'Subject',
  };
  return write(fields, (name) => cells[name]);
}

export function expectedPermit(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  documentNo: string,
  part: number | null,
): Reply {
  if (!hasRights(asker)) return rootDenied;
  const found = visible
    .filter((permit) => permit.document_no === documentNo && (part === null || permit.document_part === part))
    .sort((a, b) => a.id - b.id)[0];
  return onePermit(asker, world, below, found);
}

function onePermit(asker: Asker, world: World, below: ReadonlyMap<string, Expected>, found: PermitRow | undefined): Reply {
  return { data: found ? permitData(asker, world, found, below) : null, denied: deniedPaths(asker, below), rows: found ? [found] : [] };
}

/** One record by its id: what its type's root would answer. `id` is null for a text that is no id. */
export function expectedNode(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: readonly Selection[],
  id: { readonly type: string; readonly key: number } | null,
): Reply {
  if (!hasRights(asker)) return rootDenied;
  if (id === null) return { data: null, denied: [], rows: [] };
  const fields = collect(below, id.type);
  const reply = id.type === 'Permit'
    ? onePermit(asker, world, fields, visible.find((permit) => permit.id === id.key))
    : oneSubject(asker, visible, fields, holdersOf(world, visible).find((subject) => subject.id === id.key));
  return { ...reply, phase: 'node' };
}

/** An object of the given fields, each answered by `value`. */
export function write(
  fields: ReadonlyMap<string, Expected>,
  value: (name: string, below: ReadonlyMap<string, Expected>) => unknown,
): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([key, { name, below }]) => [key, value(name, collect(below))]));
}

export function matches(world: World, permit: PermitRow, filter: Filter): boolean {
  return (
    (filter.item === undefined || permit.item === filter.item) &&
    (filter.status === undefined || permit.status === filter.status) &&
    (filter.district === undefined || permit.district === filter.district) &&
    (filter.documentNo === undefined || permit.document_no === filter.documentNo) &&
    (filter.certificateNo === undefined || permit.certificate_no === filter.certificateNo) &&
    (filter.decidedBy === undefined || permit.decided_by === filter.decidedBy) &&
    (filter.holderUscc === undefined || world.subjects.find(({ id }) => id === permit.holder_id)?.uscc === filter.holderUscc) &&
    (filter.decidedFrom === undefined || permit.decided_on >= filter.decidedFrom) &&
    (filter.decidedTo === undefined || permit.decided_on <= filter.decidedTo) &&
    (filter.also === undefined || filter.also(permit))
  );
}

export function permitData(asker: Asker, world: World, permit: PermitRow, fields: ReadonlyMap<string, Expected>): Record<string, unknown> {
  const record = sight(asker, permit) === 'record';
  const cells: Readonly<Record<string, unknown>> = {
    id: idMark, documentPart: permit.document_part,
    jurisdiction: permit.jurisdiction, item: permit.item, documentNo: permit.document_no, certificateNo: permit.certificate_no,
    legalAuthority: permit.legal_authority, location: permit.location, district: permit.district, outcome: permit.outcome,
    status: permit.status, decidedOn: permit.decided_on, validFrom: permit.valid_from, validTo: permit.valid_to,
    batch: permit.basic_batch, receivedAt: permit.received_at, updatedAt: permit.basic_updated_at,
    content: record ? permit.content : null,
    revision: record ? permit.revision : null,
    legalRepresentative: !record ? null : readsPersonalData(asker) ? permit.legal_representative : familyNameOnly(permit.legal_representative),
    __typename: 'Permit',
  };
  return write(fields, (name, below) => {
    if (name === 'holder') {
      const holder = world.subjects.find(({ id }) => id === permit.holder_id);
      return holder && subjectData(asker, holder, [permit], below);
    }
    if (name === 'decidedBy' || name === 'source') {
      const organ = agencies.find(({ code }) => code === (name === 'source' ? permit.source_agency : permit.decided_by));
      if (name === 'source' && permit.source_agency === null) return null;
      return write(below, (part) => (part === '__typename' ? 'Agency' : organ?.[part as 'code']));
    }
    if (name === 'actions') {
      const actions = world.actions
        .filter((action) => action.permit_id === permit.id)
        .sort((a, b) => (a.acted_on === b.acted_on ? a.id - b.id : a.acted_on < b.acted_on ? -1 : 1))
        .slice(0, 20);
      return actions.map((action) =>
        write(below, (part) => (part === '__typename' ? 'PermitAction' : part === 'action' ? action.action : action.acted_on)),
      );
    }
    return cells[name];
  });
}

/** Response paths of fields this viewer reads of no permit at all; they are the same for an empty and for a full page. */
function deniedPaths(asker: Asker, fields: ReadonlyMap<string, Expected>): string[] {
  if (ownsDecisions(asker)) return [];
  return [...fields].flatMap(([key, { name, below }]) => {
    if (ownFields.includes(name)) return [key];
    return deniedPaths(asker, collect(below)).map((path) => `${key}.${path}`);
  });
}
