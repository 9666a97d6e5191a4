import { agencies } from '../../src/measures/agencies.js';
import type { PermitRow, World } from './world.js';

/**
 * What a list of permits is asked by, and which rows fit it in which order: conditions judged one row at a time on plain
 * values, orders by comparing two rows. Written from the descriptions in the schema.
 */

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

/** A `where` argument as JSON. */
export type Where = Readonly<Record<string, unknown>>;

/** An `orderBy` argument; empty for the declared order. */
export type Order = readonly { readonly field: string; readonly direction?: 'ASC' | 'DESC' }[];

/** The page that is asked for: the places after and before which it lies are records of the list. */
export interface Paging<T> {
  readonly size: number;
  readonly backward: boolean;
  readonly after: T | null;
  readonly before: T | null;
}

/** A connection of permits as it is asked for. */
export interface Question {
  readonly filter: Filter;
  readonly where: Where | null;
  readonly order: Order;
  readonly paging: Paging<PermitRow>;
}

type Facts = Readonly<Record<string, unknown>>;

/** A permit as conditions see it, by the names of the schema. */
export function factsOf(world: World, permit: PermitRow): Facts {
  const holder = world.subjects.find(({ id }) => id === permit.holder_id);
  const organ = agencies.find(({ code }) => code === permit.decided_by);
  return {
    item: permit.item, status: permit.status, outcome: permit.outcome, documentNo: permit.document_no, documentPart: permit.document_part,
    certificateNo: permit.certificate_no, legalAuthority: permit.legal_authority, location: permit.location, district: permit.district,
    decidedOn: permit.decided_on, validFrom: permit.valid_from, validTo: permit.valid_to, content: permit.content,
    receivedAt: instant(permit.received_at), updatedAt: instant(permit.basic_updated_at),
    holder: { kind: holder?.kind ?? null, name: holder?.name ?? null, uscc: holder?.uscc ?? null },
    decidedBy: { code: organ?.code ?? null, kind: organ?.kind ?? null, district: organ?.district ?? null },
    actions: world.actions.filter(({ permit_id }) => permit_id === permit.id).map(({ action, acted_on }) => ({ action, actedOn: acted_on })),
  };
}

/** An instant in UTC with all six digits of its fraction, so that texts compare like times. */
export function instant(text: string): string {
  const [whole = '', fraction = ''] = text.replace(/Z$/, '').split('.');
  return `${whole}.${fraction.padEnd(6, '0')}Z`;
}

export function fits(facts: Facts, where: Where): boolean {
  return Object.entries(where).every(([name, condition]) => {
    if (name === 'and') return listOf(condition).every((one) => fits(facts, one));
    if (name === 'or') return listOf(condition).some((one) => fits(facts, one));
    if (name === 'not') return !fits(facts, objectOf(condition));
    const fact = facts[name];
    if (Array.isArray(fact)) return fact.length >= 0 && fitsList(fact.map(objectOf), objectOf(condition));
    if (typeof fact === 'object' && fact !== null) return fits(objectOf(fact), objectOf(condition));
    return compares(fact ?? null, objectOf(condition));
  });
}

function fitsList(entries: readonly Facts[], condition: Where): boolean {
  return Object.entries(condition).every(([quantifier, inner]) => {
    const one = (entry: Facts): boolean => fits(entry, objectOf(inner));
    return quantifier === 'some' ? entries.some(one) : quantifier === 'none' ? !entries.some(one) : entries.every(one);
  });
}

/** Comparisons of a cell; an empty one is equal to nothing and in no range. */
function compares(cell: unknown, condition: Where): boolean {
  return Object.entries(condition).every(([operator, given]) => {
    const operand = typeof given === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(given) ? instant(given) : given;
    if (operator === 'isNull') return (cell === null) === operand;
    if (operator === 'ne') return cell !== operand;
    const among = Array.isArray(operand) ? operand : [operand];
    if (operator === 'notIn') return !among.includes(cell);
    if (cell === null) return false;
    if (operator === 'eq') return cell === operand;
    if (operator === 'in') return among.includes(cell);
    if (operator === 'startsWith') return textOf(cell).startsWith(textOf(operand));
    if (operator === 'contains') return textOf(cell).includes(textOf(operand));
    const side = typeof cell === 'number' ? cell - Number(operand) : bytes(textOf(cell), textOf(operand));
    return operator === 'lt' ? side < 0 : operator === 'lte' ? side <= 0 : operator === 'gt' ? side > 0 : side >= 0;
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function objectOf(value: unknown): Where {
  return { ...(value as object) };
}

/** A single value stands for a list of one. */
function listOf(value: unknown): readonly Where[] {
  return (Array.isArray(value) ? value : [value]).map(objectOf);
}

/** Texts in the order of their characters' codes, not of their UTF-16 halves. */
function bytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

const fieldNames: Readonly<Record<string, string>> = {
  DECIDED_ON: 'decidedOn', VALID_FROM: 'validFrom', VALID_TO: 'validTo', RECEIVED_AT: 'receivedAt', UPDATED_AT: 'updatedAt', DOCUMENT_NO: 'documentNo',
  CERTIFICATE_NO: 'certificateNo', ITEM: 'item', STATUS: 'status', DISTRICT: 'district', LOCATION: 'location',
};

/** The rows in an order; empty cells are the largest, ties go by the internal number in the direction of the last field. */
export function inOrder(world: World, rows: readonly PermitRow[], order: Order): PermitRow[] {
  const asked = order.length > 0 ? order : ([{ field: 'DECIDED_ON', direction: 'DESC' }] as const);
  const keyed = rows.map((row) => ({ row, facts: factsOf(world, row) }));
  return keyed.sort((a, b) => {
    for (const { field, direction = 'ASC' } of asked) {
      const [x, y] = [a, b].map(({ facts }) => facts[fieldNames[field] ?? ''] ?? null);
      const side = x === y ? 0 : x === null ? 1 : y === null ? -1 : bytes(textOf(x), textOf(y));
      if (side !== 0) return direction === 'DESC' ? -side : side;
    }
    return asked.at(-1)?.direction === 'DESC' ? b.row.id - a.row.id : a.row.id - b.row.id;
  }).map(({ row }) => row);
}

/** The fields a `where` compares that only the deciding organ reads. */
export function comparesContent(where: Where | null): boolean {
  return where !== null && Object.entries(where).some(([name, inner]) => {
    if (name === 'content') return true;
    if (name === 'and' || name === 'or') return listOf(inner).some(comparesContent);
    return name === 'not' && comparesContent(objectOf(inner));
  });
}
