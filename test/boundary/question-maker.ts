import { getNamedType, isEnumType } from 'graphql';
import type { DocumentMaker } from './document-maker.js';
import { factsOf, fits as whereFits, type Order, type Paging, type Where } from './question.js';
import type { Random } from './random.js';
import { argumentPaths, argumentType } from './read-surface.js';
import { dates, instants, type PermitRow, type World } from './world.js';

/**
 * Makes conditions and orders: mostly ones that a given row fits, so that the answers to them show something, and often
 * many at once, so that few operations use the whole surface.
 */

const orderFields = argumentPaths('permits').flatMap((path) => (path.startsWith('orderBy.') && path !== 'orderBy.direction' ? [path.slice('orderBy.'.length)] : []));

/** Operators by path of the property they compare. */
const operators = new Map<string, string[]>();
for (const path of argumentPaths('permits')) {
  const [, property, operator] = /^where\.(.+)\.(\w+)$/.exec(path) ?? [];
  if (property !== undefined && operator !== undefined && !['and', 'or', 'not'].includes(operator)) operators.set(property, [...(operators.get(property) ?? []), operator]);
}

export function randomOrder(random: Random, wanted: string | null = null): Order {
  const named = wanted !== null && orderFields.includes(wanted) ? [wanted] : [];
  const others = random.some(orderFields, random.pick([0.1, 0.2, 0.4])).filter((field) => field !== wanted);
  const fields = [...named, ...others].slice(0, 5);
  const shuffled = fields.map((field) => [random.fraction(), field] as const).sort(([a], [b]) => a - b).map(([, field]) => field);
  return (shuffled.length > 0 ? shuffled : [random.pick(orderFields)]).map((field) =>
    random.chance(0.25) && wanted !== 'direction' ? { field } : { field, direction: random.pick(['ASC', 'DESC'] as const) });
}

/** What `where` arguments are made from. */
export interface WhereSource {
  readonly random: Random;
  readonly world: World;
  readonly visible: readonly PermitRow[];
  /** Whether conditions on what the viewer may not read are to be made too. */
  readonly hidden: boolean;
}

/** A random `where`; `anchor` fits it where one is given, and the wanted member is in it. */
export function randomWhere(source: WhereSource, anchor: PermitRow | null, wanted: string | null = null): Where {
  const { random } = source;
  const chance = random.chance(wanted === null ? 0.1 : 0.4) ? 0.3 : 0.04;
  const where: Record<string, unknown> = {};
  for (const [property, known] of operators) {
    const path = property.split('.');
    if (path[0] === 'content' && !source.hidden && !wanted?.startsWith('content.')) continue;
    const asked = known.filter((operator) => wanted === `${property}.${operator}` || random.chance(chance / 2));
    for (const operator of asked) {
      const operand = operandOf(source, anchor, property, operator);
      if (operand !== undefined) put(where, path, operator, operand);
    }
  }
  if (wanted === 'and' || random.chance(0.15)) where['and'] = [small(source, anchor), ...(random.chance(0.5) ? [small(source, anchor)] : [])];
  if (wanted === 'or' || random.chance(0.15)) where['or'] = random.chance(0.05) && wanted === null ? [] : [small(source, null), small(source, anchor)];
  if (wanted === 'not' || random.chance(0.15)) {
    const inner = small(source, null);
    if (anchor === null || !judged(source, anchor, inner)) where['not'] = inner;
    else where['not'] = { documentNo: { eq: 'nobody’s' } };
  }
  const quantified = /^actions\.(some|none|every)\.(and|or|not)$/.exec(wanted ?? '');
  if (quantified) put(where, ['actions', quantified[1] ?? ''], quantified[2] ?? '', quantified[1] === 'none' ? never(quantified[2] ?? '') : always(quantified[2] ?? ''));
  if (anchor !== null && !wanted?.startsWith('actions.') && !judged(source, anchor, where)) delete where['actions'];
  return where;
}

/** Conditions on an action that every one, and that none meets. */
const always = (member: string): unknown => (member === 'not' ? { action: { isNull: true } } : [{ action: { isNull: false } }]);
const never = (member: string): unknown => (member === 'not' ? { action: { isNull: false } } : [{ action: { isNull: true } }]);

function judged({ world }: WhereSource, anchor: PermitRow, where: Where): boolean {
  return whereFits(factsOf(world, anchor), where);
}

/** One or two conditions, some of them in a condition of their own. */
function small(source: WhereSource, anchor: PermitRow | null): Where {
  const { random } = source;
  const where: Record<string, unknown> = {};
  for (let i = random.int(1, 2); i > 0; i -= 1) {
    const [property, known] = random.pick([...operators]);
    const path = property.split('.');
    if (path[0] === 'content' && !source.hidden) continue;
    const operator = random.pick(known);
    const operand = operandOf(source, anchor, property, operator);
    if (operand !== undefined) put(where, path, operator, operand);
  }
  if (random.chance(0.15)) where['not'] = { documentNo: { startsWith: '隐' } };
  return where;
}

function put(where: Record<string, unknown>, path: readonly string[], member: string, value: unknown): void {
  let at = where;
  for (const name of path) {
    const inner: Record<string, unknown> = { ...(at[name] as object | undefined) };
    at[name] = inner;
    at = inner;
  }
  at[member] = value;
}

/** An operand for a comparison that `anchor` meets, any for none; undefined where the row can meet no such comparison. */
function operandOf(source: WhereSource, anchor: PermitRow | null, property: string, operator: string): unknown {
  const { random, world, visible } = source;
  const row = anchor ?? (visible.length > 0 ? random.pick(visible) : null);
  const [first = '', ...rest] = property.split('.');
  const facts = row ? factsOf(world, row) : {};
  const named = getNamedType(argumentType('permits', `where.${property}.${operator}`));
  const kind = isEnumType(named) ? 'code' : named.name;
  const codes = isEnumType(named) ? named.getValues().map(({ name }) => name) : [];
  const any = (): unknown => (kind === 'code' ? random.pick(codes) : kind === 'Int' ? random.int(1, 9) : kind === 'LegalDate' ? random.pick(dates) : kind === 'DateTime' ? random.pick(instants) : random.pick(['', '津许 1', '120101', 'USCC', 'x%', '中']));
  const cells = (first === 'actions' ? ((facts['actions'] ?? []) as readonly Record<string, unknown>[]).map((entry) => entry[rest[1] ?? ''])
    : [rest.length === 0 ? facts[first] : (facts[first] as Record<string, unknown> | undefined)?.[rest[0] ?? '']]);
  const known = cells.map((cell) => cell ?? null);
  const quantifier = first === 'actions' ? rest[0] : 'some';
  const choices = Array.from({ length: 4 }, () => candidate(random, operator, random.pick(known.length > 0 ? known : [null]), any));
  if (anchor === null) return choices[0];
  return choices.find((operand) => operand !== undefined && cellsFit(known, quantifier ?? '', operator, operand));
}

function candidate(random: Random, operator: string, cell: unknown, any: () => unknown): unknown {
  const value = cell !== null && random.chance(0.75) ? cell : any();
  if (operator === 'isNull') return random.chance(0.5);
  if (operator === 'in' || operator === 'notIn') return random.chance(0.05) ? [] : [value, ...(random.chance(0.5) ? [any()] : [])];
  if (typeof value === 'number') return operator === 'lt' ? value + 1 : operator === 'gt' ? value - 1 : value;
  const text = String(value);
  if (operator === 'startsWith') return Array.from(text).slice(0, random.int(0, 3)).join('');
  if (operator === 'contains') return Array.from(text).slice(random.int(0, 1), random.int(1, 3)).join('');
  return value;
}

function cellsFit(cells: readonly unknown[], quantifier: string, operator: string, operand: unknown): boolean {
  const one = (cell: unknown): boolean => whereFits({ cell: cell ?? null }, { cell: { [operator]: operand } });
  return quantifier === 'none' ? !cells.some(one) : quantifier === 'every' ? cells.every(one) : cells.some(one);
}

/** How a connection is paged. */
export interface PageWish<T> {
  readonly field: string;
  readonly sizes: readonly number[];
  /** Records of the list with their cursors, in order. */
  readonly places: readonly (readonly [T | null, string])[];
  /** Place of a record the page is to lie around. */
  readonly at: number | null;
  readonly wanted: string | null;
}

/** A page from the front or from the end, often the second one: after or before a record of the list, or both; around a record. */
export function randomPage<T>(random: Random, document: DocumentMaker, { field, sizes, places, at, wanted }: PageWish<T>): [Paging<T>, string[]] {
  const size = random.pick(sizes);
  const backward = wanted === 'last' || (wanted !== 'first' && random.chance(0.4));
  const place = (side: string, chance: number, from: number, to: number) =>
    from < to && document.gives(field, side, chance) ? places[random.int(from, to - 1)] : undefined;
  const after = place('after', backward ? 0.2 : 0.5, 0, at ?? places.length);
  const before = place('before', backward ? 0.5 : 0.2, after ? places.indexOf(after) + 1 : (at ?? -1) + 1, places.length);
  const side = backward ? 'last' : 'first';
  const parts = [`${side}: ${document.value(field, side, size)}`];
  if (after) parts.push(`after: ${document.value(field, 'after', after[1])}`);
  if (before) parts.push(`before: ${document.value(field, 'before', before[1])}`);
  return [{ size, backward, after: after?.[0] ?? null, before: before?.[0] ?? null }, parts];
}
