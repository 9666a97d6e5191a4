import { fieldsOf, type BoundaryPolicy } from '../policy.js';
import type { Principal, RelationDeclaration, Right, Words } from '../declaration.js';
import { cubeWords, rightWords, rowWords } from '../text/words.js';

/** Whether a viewer class has more, less, or both after a change. */
export type Turn = 'GAINS' | 'LOSES' | 'CHANGES';

/** A change of what one viewer class sees of the fields of a type. */
export interface FieldChange {
  readonly type: string;
  readonly viewer: Principal;
  /** The relation through whose rows; null for operations and open vocabulary. */
  readonly relation: string | null;
  readonly fields: readonly string[];
  readonly before: Words;
  readonly after: Words;
  readonly turn: Turn;
}

/** A change of the rows of one relation. */
export interface RowChange {
  readonly type: string;
  readonly relation: string;
  readonly viewers: readonly Principal[];
  readonly before: Words | null;
  readonly after: Words | null;
  readonly turn: 'WIDENED' | 'NARROWED' | 'CHANGED';
}

export interface BoundaryDifference {
  readonly fields: readonly FieldChange[];
  readonly rows: readonly RowChange[];
}

/** Who gains and who loses what between two boundaries of one day. Order: type, viewer, relation. */
export function differenceOf(before: BoundaryPolicy, after: BoundaryPolicy): BoundaryDifference {
  return { fields: [...recordFields(before, after), ...otherFields(before, after)], rows: rowChanges(before, after) };
}

/** A right as it may be compared: what is shown, on what conditions. */
type Sight = { readonly right: Right; readonly purposes: readonly string[] | undefined } | null;

function recordFields(before: BoundaryPolicy, after: BoundaryPolicy): readonly FieldChange[] {
  const changes = new Map<string, FieldChange>();
  const types = new Set([...before.records.keys(), ...after.records.keys()]);
  for (const record of types) {
    const viewers = [...new Set([...before.principals, ...after.principals])].sort();
    const owned = (policy: BoundaryPolicy): string[] =>
      policy.coordinates().filter((coordinate) => {
        const declaration = policy.declarationOf(coordinate);
        return (declaration?.form === 'record' && declaration.type === record) || (declaration?.form === 'part' && declaration.of === record);
      });
    const coordinates = [...new Set([...owned(before), ...owned(after)])];
    for (const viewer of viewers) {
      const names = new Set([...relationsOf(before, record, viewer), ...relationsOf(after, record, viewer)].map(({ relation }) => relation));
      for (const relation of names) {
        for (const coordinate of coordinates) {
          const [old, now] = [sightOf(before, record, viewer, relation, coordinate), sightOf(after, record, viewer, relation, coordinate)];
          if (JSON.stringify(old) === JSON.stringify(now)) continue;
          const [type = '', field = ''] = coordinate.split('.');
          const change = { type, viewer, relation, before: sightWords(old), after: sightWords(now), turn: turnOf(old, now) };
          const key = JSON.stringify(change);
          changes.set(key, { ...change, fields: [...(changes.get(key)?.fields ?? []), field] });
        }
      }
    }
  }
  return [...changes.values()];
}

function relationsOf(policy: BoundaryPolicy, record: string, viewer: Principal): readonly RelationDeclaration[] {
  return policy.allBranches(viewer, record).flatMap(({ relations }) => relations);
}

function sightOf(policy: BoundaryPolicy, record: string, viewer: Principal, name: string, coordinate: string): Sight {
  const relation = relationsOf(policy, record, viewer).find((one) => one.relation === name);
  const group = policy.groupOf(coordinate);
  const right = group === null ? undefined : relation?.sees[group];
  return right ? { right, purposes: relation?.purposes } : null;
}

function sightWords(sight: Sight): Words {
  const words = rightWords(sight?.right);
  if (!sight?.purposes) return words;
  return { zh: `${words.zh}（仅为 ${sight.purposes.join('、')}）`, en: `${words.en} (for ${sight.purposes.join(', ')} only)` };
}

/** More, less, or neither: full before a mask before a digest before nothing, at every purpose and on both sides of a date. */
function turnOf(old: Sight, now: Sight): Turn {
  const purposes = [...new Set([...purposesOf(old), ...purposesOf(now), ''])];
  const steps = purposes.flatMap((purpose) => [true, false].map((met) => strength(now, purpose, met) - strength(old, purpose, met)));
  if (steps.every((step) => step >= 0) && steps.some((step) => step > 0)) return 'GAINS';
  return steps.every((step) => step <= 0) && steps.some((step) => step < 0) ? 'LOSES' : 'CHANGES';
}

function purposesOf(sight: Sight): readonly string[] {
  return [...(sight?.purposes ?? []), ...(sight?.right.purposes ?? [])];
}

function strength(sight: Sight, purpose: string, dateMet: boolean): number {
  if (!sight || (sight.purposes && !sight.purposes.includes(purpose))) return 0;
  const { right } = sight;
  const met = (!right.purposes || right.purposes.some((one) => one === purpose)) && (!right.when || dateMet);
  const shown = met ? right.shown : right.otherwise;
  if (shown === undefined) return 0;
  return shown === 'full' ? 3 : shown === 'digest' ? 1 : 2;
}

/** Operations, open vocabulary and carriers: a field is there for a viewer class or it is not. */
function otherFields(before: BoundaryPolicy, after: BoundaryPolicy): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const declarations = [...before.declarations, ...after.declarations].filter(({ form }) => form === 'open' || form === 'operation' || form === 'aggregate');
  const coordinates = [...new Set(declarations.flatMap((declaration) => fieldsOf(declaration).map((field) => `${declaration.type}.${field}`)))];
  const viewersOf = (policy: BoundaryPolicy, coordinate: string): readonly Principal[] | null => {
    const declaration = policy.declarationOf(coordinate);
    if (declaration?.form === 'open') return ['*'];
    if (declaration?.form === 'aggregate') return declaration.viewers.map((viewer) => `${viewer} (${cubeWords(declaration).en})`);
    return declaration?.form === 'operation' ? declaration.viewers.map((viewer) => conditional(viewer, declaration.purposes)) : null;
  };
  const found = new Map<string, { type: string; viewer: string; turn: Turn; fields: string[] }>();
  for (const coordinate of coordinates) {
    const [old, now] = [viewersOf(before, coordinate) ?? [], viewersOf(after, coordinate) ?? []];
    const [type = '', field = ''] = coordinate.split('.');
    const turns = [
      ...now.filter((viewer) => !old.includes(viewer)).map((viewer) => [viewer, 'GAINS'] as const),
      ...old.filter((viewer) => !now.includes(viewer)).map((viewer) => [viewer, 'LOSES'] as const),
    ];
    for (const [viewer, turn] of turns) {
      const key = `${type} ${viewer} ${turn}`;
      const known = found.get(key) ?? { type, viewer, turn, fields: [] };
      known.fields.push(field);
      found.set(key, known);
    }
  }
  for (const { type, viewer, turn, fields } of found.values()) {
    const [there, gone] = [{ zh: '可用', en: 'open' }, { zh: '不提供', en: 'withheld' }];
    changes.push({ type, viewer, relation: null, fields, turn, before: turn === 'GAINS' ? gone : there, after: turn === 'GAINS' ? there : gone });
  }
  return changes;
}

function conditional(viewer: Principal, purposes: readonly string[] | undefined): string {
  return purposes ? `${viewer} (${purposes.join(', ')})` : viewer;
}

function rowChanges(before: BoundaryPolicy, after: BoundaryPolicy): readonly RowChange[] {
  const changes: RowChange[] = [];
  for (const type of new Set([...before.records.keys(), ...after.records.keys()])) {
    const [olds, nows] = [before.records.get(type)?.relations ?? [], after.records.get(type)?.relations ?? []];
    for (const name of new Set([...olds, ...nows].map(({ relation }) => relation))) {
      const [old, now] = [olds.find(({ relation }) => relation === name), nows.find(({ relation }) => relation === name)];
      const turn = rowTurn(old, now);
      if (turn === null) continue;
      changes.push({
        type, relation: name, turn,
        viewers: [...new Set([...(old?.viewers ?? []), ...(now?.viewers ?? [])])],
        before: old ? rowWords(old) : null,
        after: now ? rowWords(now) : null,
      });
    }
  }
  return changes;
}

function rowTurn(old: RelationDeclaration | undefined, now: RelationDeclaration | undefined): RowChange['turn'] | null {
  if (!old || !now) return old === now ? null : old ? 'NARROWED' : 'WIDENED';
  if (JSON.stringify(old.where) === JSON.stringify(now.where)) return null;
  if (isWithin(old.where, now.where)) return isWithin(now.where, old.where) ? null : 'WIDENED';
  return isWithin(now.where, old.where) ? 'NARROWED' : 'CHANGED';
}

/** Whether every row that meets `narrow` meets `wide`: each condition of `wide` stands in `narrow`, with no further codes. */
function isWithin(narrow: RelationDeclaration['where'], wide: RelationDeclaration['where']): boolean {
  return Object.entries(wide).every(([property, condition]) => {
    const own = narrow[property];
    if (!own) return false;
    if ('oneOf' in own && 'oneOf' in condition) return own.oneOf.every((code) => condition.oneOf.includes(code));
    return JSON.stringify(own) === JSON.stringify(condition);
  });
}
