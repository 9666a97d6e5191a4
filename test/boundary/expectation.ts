import { agencies } from '../../src/measures/agencies.js';
import { familyNameOnly, hasRights, ownsDecisions, sight, type Asker } from './judge.js';
import { collect, type Expected } from './selection-tree.js';
import type { PermitRow, World } from './world.js';

/** Data of a root and the paths of denied fields, in answer order; the empty path is the root itself. */
export interface Reply {
  readonly data: unknown;
  readonly denied: readonly string[];
}

export interface Filter {
  readonly item?: string;
  readonly status?: string;
  readonly district?: string;
  readonly decidedFrom?: string;
  readonly decidedTo?: string;
}

/** Cursors are compared by position, not by text: both stand as this word. */
export const cursorMark = 'a cursor';

/** Fields of PERMIT_BASIC are open to everyone who sees the row; these are the deciding organ's own. */
const ownFields = ['content', 'revision', 'legalRepresentative'];

const rootDenied: Reply = { data: null, denied: [''] };

export function expectedPage(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  first: number,
  filter: Filter,
  after: PermitRow | null,
): Reply {
  if (!hasRights(asker)) return rootDenied;
  const start = after === null ? 0 : visible.indexOf(after) + 1;
  const matching = visible.slice(start).filter((permit) => matches(permit, filter));
  const page = matching.slice(0, first);
  const data = write(below, (name, inner) => {
    if (name === 'nodes') return page.map((permit) => permitData(asker, world, permit, inner));
    if (name === 'edges') {
      return page.map((permit) =>
        write(inner, (part, deeper) => (part === 'cursor' ? cursorMark : part === '__typename' ? 'PermitEdge' : permitData(asker, world, permit, deeper))),
      );
    }
    if (name === '__typename') return 'PermitConnection';
    return write(inner, (part) =>
      part === 'hasNextPage' ? matching.length > first : part === '__typename' ? 'PageInfo' : page.length > 0 ? cursorMark : null,
    );
  });
  return { data, denied: deniedPaths(asker, below) };
}

export function expectedPermit(
  asker: Asker,
  world: World,
  visible: readonly PermitRow[],
  below: ReadonlyMap<string, Expected>,
  documentNo: string,
): Reply {
  if (!hasRights(asker)) return rootDenied;
  const found = visible.filter((permit) => permit.document_no === documentNo).sort((a, b) => a.id - b.id)[0];
  return { data: found ? permitData(asker, world, found, below) : null, denied: deniedPaths(asker, below) };
}

/** An object of the given fields, each answered by `value`. */
export function write(
  fields: ReadonlyMap<string, Expected>,
  value: (name: string, below: ReadonlyMap<string, Expected>) => unknown,
): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([key, { name, below }]) => [key, value(name, collect(below))]));
}

export function matches(permit: PermitRow, filter: Filter): boolean {
  return (
    (filter.item === undefined || permit.item === filter.item) &&
    (filter.status === undefined || permit.status === filter.status) &&
    (filter.district === undefined || permit.district === filter.district) &&
    (filter.decidedFrom === undefined || permit.decided_on >= filter.decidedFrom) &&
    (filter.decidedTo === undefined || permit.decided_on <= filter.decidedTo)
  );
}

function permitData(asker: Asker, world: World, permit: PermitRow, fields: ReadonlyMap<string, Expected>): Record<string, unknown> {
  const record = sight(asker, permit) === 'record';
  const cells: Readonly<Record<string, unknown>> = {
    jurisdiction: permit.jurisdiction, item: permit.item, documentNo: permit.document_no, certificateNo: permit.certificate_no,
    legalAuthority: permit.legal_authority, location: permit.location, district: permit.district, outcome: permit.outcome,
    status: permit.status, decidedOn: permit.decided_on, validFrom: permit.valid_from, validTo: permit.valid_to,
    content: record ? permit.content : null,
    revision: record ? permit.revision : null,
    legalRepresentative: record ? familyNameOnly(permit.legal_representative) : null,
    __typename: 'Permit',
  };
  return write(fields, (name, below) => {
    if (name === 'holder') {
      const holder = world.subjects.find(({ id }) => id === permit.holder_id);
      return write(below, (part) => (part === '__typename' ? 'Subject' : holder?.[part as 'kind' | 'name' | 'uscc']));
    }
    if (name === 'decidedBy') {
      const organ = agencies.find(({ code }) => code === permit.decided_by);
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
