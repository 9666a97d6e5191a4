import { agencies } from '../../src/measures/agencies.js';
import { familyNameOnly, fullyReads, hasRights, ownsDecisions, readsPersonalData, sight, type Asker } from './judge.js';
import { comparesContent, factsOf, fits, inOrder, type Filter, type Paging, type Question } from './question.js';
import { collect, type Expected, type Selection } from './selection-tree.js';
import type { PermitRow, SubjectRow, World } from './world.js';

/** Data of a root and the paths of its errors, in answer order; the empty path is the root itself. */
export interface Reply {
  readonly data: unknown;
  readonly denied: readonly string[];
  /** The permits that are shown or shown through; empty when nothing is. */
  readonly rows: readonly PermitRow[];
  /** The permits shown in connections below. */
  readonly below?: readonly PermitRow[];
  /** Code of the errors, by default BOUNDARY_DENIED. */
  readonly code?: string;
  /** Errors of planned roots come first, then those of `node`, then those of resolvers. */
  readonly phase?: 'node' | 'resolver';
}

export type { Filter, Paging } from './question.js';

/** Cursors are compared by position, not by text: both stand as this word. Likewise ids. */
export const cursorMark = 'a cursor';
export const idMark = 'an id';

/** Fields of PERMIT_BASIC are open to everyone who sees the row; these are the deciding organ's own. */
const ownFields = ['content', 'revision', 'legalRepresentative', 'identityMask'];

export const rootDenied: Reply = { data: null, denied: [''], rows: [] };

/** What an answer is judged by: who asks, what there is, what of it is visible; `shown` gathers the permits of connections below. */
export interface Scene {
  readonly asker: Asker;
  readonly world: World;
  readonly visible: readonly PermitRow[];
  readonly shown: PermitRow[];
}

/** Whether a condition of a connection below compares what the viewer does not read on every row: the whole root is refused. */
function hiddenBelow(asker: Asker, fields: ReadonlyMap<string, Expected>): boolean {
  return [...fields.values()].some(({ asked, below }) => (asked !== undefined && isHidden(asker, asked)) || hiddenBelow(asker, collect(below)));
}

function isHidden(asker: Asker, { where }: Question): boolean {
  return comparesContent(where) && !fullyReads(asker, 'content');
}


export function expectedPage(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  question: Question,
): Reply {
  if (!hasRights(asker) || isHidden(asker, question) || hiddenBelow(asker, below)) return rootDenied;
  const scene: Scene = { asker, world, visible, shown: [] };
  const { data, page } = permitList(scene, () => true, below, question);
  return { data, denied: deniedPaths(asker, below), rows: page, below: scene.shown };
}

/** A connection of the visible permits that are `of` something. */
function permitList(scene: Scene, of: (permit: PermitRow) => boolean, below: ReadonlyMap<string, Expected>, { filter, where, order, paging }: Question) {
  const { world } = scene;
  const wanted = (permit: PermitRow): boolean => of(permit) && matches(world, permit, filter) && (where === null || fits(factsOf(world, permit), where));
  return expectedList('Permit', inOrder(world, scene.visible, order), wanted, below, paging, (permit, inner) => sightOf(scene, permit, inner));
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
  if (!hasRights(asker) || hiddenBelow(asker, below)) return rootDenied;
  const scene: Scene = { asker, world, visible, shown: [] };
  const matching = visible.filter((permit) => matches(world, permit, filter));
  const through = (holder: SubjectRow): PermitRow[] => matching.filter((permit) => permit.holder_id === holder.id);
  const { data, page } = expectedList('Subject', holdersOf(world, visible), (holder) => through(holder).length > 0, below, paging, (holder, inner) =>
    subjectData(scene, holder, matching, inner));
  return { data, denied: deniedPaths(asker, below), rows: page.flatMap(through), below: scene.shown };
}

export function expectedSubject(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  uscc: string,
): Reply {
  if (!hasRights(asker) || hiddenBelow(asker, below)) return rootDenied;
  const found = holdersOf(world, visible).find((subject) => subject.uscc === uscc);
  return oneSubject({ asker, world, visible, shown: [] }, below, found);
}

function oneSubject(scene: Scene, below: ReadonlyMap<string, Expected>, found: SubjectRow | undefined): Reply {
  return {
    data: found ? subjectData(scene, found, scene.visible, below) : null,
    denied: deniedPaths(scene.asker, below),
    rows: scene.visible.filter((permit) => permit.holder_id === found?.id),
    below: scene.shown,
  };
}

function expectedList<T extends { readonly id: number }>(
  type: string,
  all: readonly T[],
  fits: (record: T) => boolean,
  below: ReadonlyMap<string, Expected>,
  { size, backward, after, before }: Paging<T>,
  dataOf: (record: T, below: ReadonlyMap<string, Expected>) => unknown,
): { readonly data: Record<string, unknown>; readonly page: readonly T[] } {
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
    if (name === 'totalCount') return all.filter(fits).length;
    return write(inner, (part) => info[part]);
  });
  return { data, page };
}

/** A subject read through the given permits of it; the deciding organ of one of them reads what its record holds. */
function subjectData(scene: Scene, subject: SubjectRow, through: readonly PermitRow[], fields: ReadonlyMap<string, Expected>): Record<string, unknown> {
  const record = through.some((permit) => permit.holder_id === subject.id && sight(scene.asker, permit) === 'record');
  const cells: Readonly<Record<string, unknown>> = {
    id: idMark, kind: subject.kind, name: subject.name, uscc: subject.uscc,
    identityMask: record ? (subject.identity_mask ?? null) : null, __typename: 'Subject',
  };
  return write(fields, (name, below, { asked }) => {
    if (asked === undefined) return cells[name];
    // Whatever led to the holder: all its permits that are visible.
    const { data, page } = permitList(scene, (permit) => permit.holder_id === subject.id, below, asked);
    scene.shown.push(...page);
    return data;
  });
}

export function expectedPermit(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  documentNo: string,
  part: number | null,
): Reply {
  if (!hasRights(asker) || hiddenBelow(asker, below)) return rootDenied;
  const found = visible
    .filter((permit) => permit.document_no === documentNo && (part === null || permit.document_part === part))
    .sort((a, b) => a.id - b.id)[0];
  return onePermit({ asker, world, visible, shown: [] }, below, found);
}

function onePermit(scene: Scene, below: ReadonlyMap<string, Expected>, found: PermitRow | undefined): Reply {
  return { data: found ? sightOf(scene, found, below) : null, denied: deniedPaths(scene.asker, below), rows: found ? [found] : [], below: scene.shown };
}

/** One record by its id: what its type's root would answer. `id` is null for a text that is no id. */
export function expectedNode(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: readonly Selection[],
  id: { readonly type: string; readonly key: number } | null,
): Reply {
  // Refused for what any type behind the interface would be asked.
  if (!hasRights(asker) || ['Permit', 'Subject'].some((type) => hiddenBelow(asker, collect(below, type)))) return rootDenied;
  if (id === null) return { data: null, denied: [], rows: [] };
  const fields = collect(below, id.type);
  const scene: Scene = { asker, world, visible, shown: [] };
  const reply = id.type === 'Permit'
    ? onePermit(scene, fields, visible.find((permit) => permit.id === id.key))
    : oneSubject(scene, fields, holdersOf(world, visible).find((subject) => subject.id === id.key));
  return { ...reply, phase: 'node' };
}

/** An object of the given fields, each answered by `value`. */
export function write(
  fields: ReadonlyMap<string, Expected>,
  value: (name: string, below: ReadonlyMap<string, Expected>, expected: Expected) => unknown,
): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([key, expected]) => [key, value(expected.name, collect(expected.below), expected)]));
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

/** A permit as the feed carries it, alone. */
export function permitData(asker: Asker, world: World, permit: PermitRow, fields: ReadonlyMap<string, Expected>): Record<string, unknown> {
  return sightOf({ asker, world, visible: [permit], shown: [] }, permit, fields);
}

function sightOf(scene: Scene, permit: PermitRow, fields: ReadonlyMap<string, Expected>): Record<string, unknown> {
  const { asker, world } = scene;
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
      return holder && subjectData(scene, holder, [permit], below);
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
