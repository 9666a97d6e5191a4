import type { BoundaryPolicy } from '../../src/boundary/policy.js';
import type { Boundary, RelationDeclaration } from '../../src/boundary/declaration.js';
import type { WantedArgument } from './document-maker.js';
import type { Asker } from './judge.js';
import type { RootUse } from './operation.js';
import { argumentsOf, connectionsBelow, coordinatesUnder, forms, recordRoots, releaseRoots } from './read-surface.js';
import { viewers } from './viewers.js';
import type { PermitRow } from './world.js';

/** The relations of those who have none. */
const nothing = ['no relation', 'a role'] as const;

/** What no operation can do, with the reason. The list is closed: a gap outside it fails. */
export const impossible: readonly { readonly use: RegExp; readonly standpoint: RegExp; readonly because: string }[] = [
  { use: /^permitChanged > (Permit\.actions|PermitAction\.|Subject\.permits|PermitConnection\.|PermitEdge\.|PageInfo\.)/, standpoint: /./, because: 'the feed carries no nested lists (NOT_IN_FEED)' },
  { use: /^mixed with a denied root$/, standpoint: /^(BINHAI|FTZ)_APPROVAL /, because: 'these issuers and deciders may call every root there is' },
  { use: /second page/, standpoint: /^(no relation|a role)$/, because: 'who sees no row is given no cursor to go on from' },
];

/**
 * Uses that are counted once, whatever the relation: 189 paths of conditions in two forms would be a thousand operations
 * for each. One compiler makes all of them, and what it makes is the same for every relation. Asking counts, for many a
 * condition fits no row of a small world; the judge compares what it shows and what it does not.
 */
const ofAnyRelation = /\((where|orderBy)\./;
const anyRelation = 'any relation';

/** All uses of the queries. */
export const queryUses: readonly string[] = [
  ...[...recordRoots, ...releaseRoots].filter((root) => root !== 'permitChanged').flatMap((root) => [...coordinatesUnder(root), ...argumentsOf(root)]),
  ...connectionsBelow.flatMap(argumentsOf),
  ...forms,
];

/** All uses of the subscriptions. */
export const feedUses: readonly string[] = [...coordinatesUnder('permitChanged'), ...argumentsOf('permitChanged')];

/**
 * Counts which uses of the read surface of permits were made under which relation: a use counts for a relation when an answer to it
 * showed a row of that relation; for those without any, when it was asked.
 */
export class Coverage {
  readonly #policy: BoundaryPolicy;
  readonly #cells = new Map<string, number>();
  readonly #standpoints: readonly string[];
  #turns = 0;
  /** Relations that are declared but not in force, with their days. */
  readonly asleep: readonly string[];

  /** `uses`: what of the surface is counted. */
  constructor(policy: BoundaryPolicy, declared: readonly Boundary[], uses: readonly string[]) {
    this.#policy = policy;
    const named = (relations: readonly RelationDeclaration[]): string[] =>
      relations.flatMap(({ relation, viewers }) => viewers.map((viewer) => `${viewer} ${relation}`));
    const awake = named(policy.records.get('Permit')?.relations ?? []);
    this.#standpoints = [...awake, ...nothing];
    this.asleep = declared.flatMap((boundary) =>
      boundary.form !== 'record' || boundary.type !== 'Permit' ? [] : boundary.relations.flatMap((relation) =>
        named([relation]).filter((name) => !awake.includes(name)).map((name) => `${name}: not in force (${relation.from ?? ''} – ${relation.until ?? ''})`)),
    );
    for (const use of uses) {
      if (ofAnyRelation.test(use)) this.#cells.set(`${use} @ ${anyRelation}`, 0);
      else for (const standpoint of this.#standpoints) if (!isImpossible(use, standpoint)) this.#cells.set(`${use} @ ${standpoint}`, 0);
    }
  }

  /** Counts the roots of an operation, or a subscription, of a viewer. */
  note(asker: Asker, used: readonly RootUse[]): void {
    const own = this.#standpointsOf(asker);
    for (const { root, uses, rows } of used) {
      // What is released on purpose, and what is denied as a whole, shows no row.
      const byRow = rows !== null && recordRoots.some((name) => name === root);
      const counted = byRow ? own.filter((name) => nothing.some((none) => none === name) || rows.some((row) => this.#shows(name, asker, row))) : own;
      for (const use of uses) {
        for (const standpoint of ofAnyRelation.test(use) ? [anyRelation] : counted) {
          const cell = `${use} @ ${standpoint}`;
          const count = this.#cells.get(cell);
          if (count !== undefined) this.#cells.set(cell, count + 1);
        }
      }
    }
  }

  missing(): string[] {
    return [...this.#cells].flatMap(([cell, count]) => (count === 0 ? [cell] : []));
  }

  /** A way to a use that is missing: who must ask, and about what. */
  next(): { readonly viewer: Asker; readonly wanted: WantedArgument | undefined } | null {
    const missing = this.missing();
    // One after the other: a use that chance does not grant now must not keep the others waiting.
    const cell = missing[(this.#turns += 1) % Math.max(1, missing.length)];
    if (cell === undefined) return null;
    const [use = '', standpoint = ''] = cell.split(' @ ');
    const [kind = ''] = standpoint.split(' ');
    // Who decides alone in its place reads every field in full, so that no condition is refused.
    const viewer = viewers.find((one) => (standpoint === anyRelation ? one.agency === 'BINHAI_APPROVAL' : standpoint === 'a role' ? one.role !== null : standpoint === 'no relation' ? one.agency === 'US_OFLC' : one.role === null && one.kind === kind));
    if (!viewer) throw new Error(`nobody stands in ${standpoint}`);
    const [, root = '', path = '', form = ''] = /^(Subject\.permits|\w+)(?:\(([\w.]+)\) as a (\w+))?/.exec(use) ?? [];
    const isRoot = [...recordRoots, ...releaseRoots, ...connectionsBelow].some((name) => name === root);
    return { viewer, wanted: isRoot ? { root, path, form: form === 'literal' ? 'literal' : 'variable' } : undefined };
  }

  /** Covered and possible cells per root, and in all. */
  report(): string {
    const lines = new Map<string, { covered: number; all: number }>();
    for (const [cell, count] of this.#cells) {
      const [, root = ''] = /^(Subject\.permits|\w+)(?: > |\()/.exec(cell) ?? [];
      for (const name of [root === '' ? 'forms' : `${root} ${cell.includes(' > ') ? 'coordinates' : 'arguments'}`, 'in all']) {
        const line = lines.get(name) ?? { covered: 0, all: 0 };
        lines.set(name, { covered: line.covered + (count > 0 ? 1 : 0), all: line.all + 1 });
      }
    }
    const rows = [...lines].map(([name, { covered, all }]) => `  ${name.padEnd(30)} ${String(covered).padStart(5)} of ${String(all).padStart(5)}`);
    return [`coverage of uses × ${this.#standpoints.length} relations:`, ...rows].join('\n');
  }

  #standpointsOf(asker: Asker): readonly string[] {
    if (asker.role !== null) return ['a role'];
    const own = this.#standpoints.filter((name) => name.startsWith(`${asker.kind} `));
    return own.length > 0 ? own : ['no relation'];
  }

  #shows(standpoint: string, asker: Asker, row: PermitRow): boolean {
    const relations = this.#policy.records.get('Permit')?.relations ?? [];
    const relation = relations.find((candidate) => standpoint === `${asker.kind} ${candidate.relation}`);
    return relation !== undefined && fits(relation, asker, row);
  }
}

/** Whether a row falls under a relation as it is declared. */
function fits(relation: RelationDeclaration, asker: Asker, row: PermitRow): boolean {
  const cells: Readonly<Record<string, string>> = { jurisdiction: row.jurisdiction, item: row.item, district: row.district, decidedByCode: row.decided_by };
  return Object.entries(relation.where).every(([property, condition]) => {
    const cell = cells[property];
    if (cell === undefined) throw new Error(`the worlds hold nothing for ${property}`);
    if ('oneOf' in condition) return condition.oneOf.includes(cell);
    if ('viewer' in condition) return cell === (condition.viewer === 'agency' ? asker.agency : (asker.district ?? ''));
    throw new Error('no relation on permits has a condition on a day; the worlds would need one');
  });
}

function isImpossible(use: string, standpoint: string): boolean {
  return impossible.some((entry) => entry.use.test(use) && entry.standpoint.test(standpoint));
}
