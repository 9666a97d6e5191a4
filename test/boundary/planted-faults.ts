import { createRequire } from 'node:module';
import { extendSchema, parse } from 'graphql';
import type * as Shield from 'graphql-shield';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { shieldOptions, shieldRules, type RuleMap } from '../../src/boundary/shield.js';
import { certificateStockView } from '../../src/competence/certificate-stock.js';
import { duplicateCheckView } from '../../src/permits/duplicate-check.js';
import type { ReadDeclaration } from '../../src/planner/read.js';
import { boundaryPolicy, hubTables, operationViews, reads } from '../../src/server/schema.js';
import {
  ChangedReaders, isObject, membersFromSecond, readBody, replaced, rootsFromSecond, rootsOf, SharedPlans, StrongestRights, withText, writeBody,
} from './fault-tools.js';
import type { FeedLayers } from './feed-sides.js';
import { UnboundCursors } from './feed-faults.js';
import type { HiddenFilter } from './operation.js';
import { BlindPolicy, declarations, policyMoving, type Layers } from './planner-sides.js';

const { not, rule } = createRequire(import.meta.url)('graphql-shield') as typeof Shield;

/** How a fault is looked for: by rounds of pairs, by rounds of histories, or by an oracle of its own. */
export type Hunt =
  | { readonly by: 'rounds'; readonly layers: () => Layers; readonly hiddenFilters?: readonly HiddenFilter[] }
  | { readonly by: 'histories'; readonly layers: () => FeedLayers }
  | { readonly by: 'oracle'; readonly oracle: 'start-up' | 'stream end' | 'logs' };

export interface PlantedFault {
  readonly leak: string;
  /** The fault, as its author would have put it. */
  readonly fault: string;
  readonly hunt: Hunt;
  /** Where the feature of the leak does not exist yet: the issue that brings it; the nearest thing is planted meanwhile. */
  readonly pending?: string;
}

const policy = boundaryPolicy();

/** Plans that ask for all rows and raw cells over views that hide nothing: what a part sees that forgot the boundary. */
const blind = (): Pick<Layers, 'plans' | 'rules'> => ({ plans: new BlindPolicy(), rules: policy });

/** Every layer but the shield rules takes withheld fields for basic facts. */
const open = (...fields: readonly string[]): Pick<Layers, 'plans' | 'rules'> => {
  const moved = policyMoving(fields, 'PERMIT_BASIC');
  return { plans: moved, rules: moved };
};

/** A list of reads with one of them changed. */
function readsWith(field: string, change: (read: ReadDeclaration) => ReadDeclaration): ReadonlyMap<string, ReadDeclaration> {
  return new Map([...reads].map(([name, read]) => [name, name === `Query.${field}` ? change(read) : read]));
}

const contentFilter: HiddenFilter = { path: 'content', field: 'content', valueOf: (_world, permit) => permit.content };

/** A schema with a filter on content, and the read that serves it. */
const withContentFilter: NonNullable<Layers['parts']> = (parts) => ({
  ...parts,
  schema: extendSchema(parts.schema, parse('extend input PermitFilter { content: String }')),
  reads: readsWith('permits', (read) => ({ ...read, filters: { ...read.filters, 'filter.content': { property: 'content', compare: '=' } } })),
});

/** The healthy side of the filter fault: the same schema, and every layer as it should be. */
export const refusedFilter = { layers: (): Layers => ({ parts: withContentFilter }), hiddenFilters: [contentFilter] };

/** An error for every root that hides a record: `word` makes it of the record. */
const tellingErrors = (code: string, word: (record: unknown) => string): NonNullable<Layers['merge']> => (call, _asker, wholeText, secondText) => {
  const [whole, second] = [readBody(wholeText), readBody(secondText)];
  if (whole.data === null || second.data === null) return wholeText;
  const denied = new Set((whole.errors ?? []).map(({ path }) => String(path?.[0])));
  const hidden = rootsOf(call).filter(({ key, name }) => ['permit', 'subject', 'node'].includes(name) && whole.data?.[key] === null && isObject(second.data?.[key]) && !denied.has(key));
  const errors = hidden.map(({ key }) => ({ message: word(second.data?.[key]), path: [key], extensions: { code } }));
  return writeBody({ ...whole, errors: [...(whole.errors ?? []), ...errors] });
};

type Asked = Parameters<ReturnType<typeof not>['resolve']>;

/** Rules of the decision record written as "not everybody else", and everybody else's rule fails. */
function failingOpen(): RuleMap {
  const rules = shieldRules(policy);
  const somebodyElse = rule('somebody else', { cache: 'no_cache' })(() => Promise.reject(new Error('the register of bureaus does not answer')));
  // Resolved by the operator of the library; the map holds rules alone.
  const negated = rule('not somebody else', { cache: 'no_cache' })(
    (_parent: unknown, _args: unknown, context: Asked[2], info: Asked[3]) => not(somebodyElse).resolve({}, {}, context, info, shieldOptions),
  );
  return { ...rules, Permit: { ...rules['Permit'], content: negated, revision: negated } };
}

/** The query of a view that is the same for every class. */
function textOf(query: (typeof operationViews)[number]['query']): string {
  if (typeof query !== 'string') throw new Error('this view is made for each class');
  return query;
}

/** Views of operations with one of them changed. */
function operationsWith(name: string, change: (view: (typeof operationViews)[number]) => (typeof operationViews)[number]): typeof operationViews {
  return operationViews.map((view) => (view.name === name ? change(view) : view));
}

/** The register's own time stamp in the place of the one that shared facts move. */
function tablesWithRegisterTime(): ReturnType<typeof hubTables> {
  return new Map([...hubTables()].map(([type, table]) => {
    const info = table.columns.get('updatedAt');
    return [type, type === 'Permit' && info ? { ...table, columns: new Map([...table.columns, ['updatedAt', { ...info, column: 'updated_at' }]]) } : table];
  }));
}

const rounds = (layers: () => Layers, hiddenFilters: readonly HiddenFilter[] = []): Hunt => ({ by: 'rounds', layers, hiddenFilters });
const mixed = (second: () => Pick<Layers, 'plans' | 'rules'>, merge: NonNullable<Layers['merge']>): Hunt =>
  rounds(() => ({ database: 'bare', second: second(), merge }));

/** One fault per leak of the catalogue (reference/anchors.md §3). The test says how each was found, and in how many rounds. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    leak: 'L-01', fault: 'a new filter on content is served; only what answers show is checked against the rules',
    hunt: rounds(() => {
      const moved = policyMoving(['content'], 'PERMIT_BASIC');
      return { plans: moved, rules: policy, database: moved, parts: withContentFilter };
    }, [contentFilter]),
  },
  {
    leak: 'L-02', fault: 'what is found through its holder forgets the condition on the permit in between',
    hunt: mixed(blind, rootsFromSecond(({ name, given }) => /^subjects?$/.test(name) || (isObject(given['filter']) && 'holderUscc' in given['filter']))),
  },
  {
    leak: 'L-03', fault: 'permits are ordered by their revision, which counts changes of withheld cells',
    hunt: rounds(() => {
      const moved = policyMoving(['revision'], 'PERMIT_BASIC');
      const order = [{ property: 'revision', direction: 'DESC' }, { property: 'id', direction: 'DESC' }] as const;
      return { plans: moved, rules: policy, database: moved, parts: (parts) => ({ ...parts, reads: readsWith('permits', (read) => ({ ...read, order })) }) };
    }),
  },
  {
    leak: 'L-04', fault: 'whether more pages follow is computed over all rows of the table',
    hunt: mixed(blind, (_call, _asker, whole, second) => {
      const [shown, all] = [readBody(whole), readBody(second)];
      return writeBody({ ...shown, data: shown.data && { ...(membersFromSecond(shown.data, all.data, (key) => /^has(Next|Previous)Page2?$/.test(key)) as object) } });
    }),
  },
  { leak: 'L-05', fault: 'pages behind or before a cursor are read without the boundary', hunt: mixed(blind, rootsFromSecond(({ given }) => 'after' in given || 'before' in given)) },
  {
    leak: 'L-06', fault: 'large pages of bulk identities take a path of their own, without the boundary',
    hunt: mixed(blind, rootsFromSecond(({ given }) => Number(given['first'] ?? given['last'] ?? 0) > 100)),
  },
  {
    leak: 'L-07', fault: 'the steps change places: a page is cut out of all rows, then its rows are filtered',
    hunt: rounds(() => ({
      database: 'bare',
      parts: (parts, database) => ({
        ...parts,
        readers: new ChangedReaders(database, (bound) =>
          withText(bound, bound.statement.text.replace(/FROM (shared\.permit(?:_with_parts)?__\w+) r WHERE/g, 'FROM (SELECT * FROM $1 ORDER BY decided_on DESC, id DESC LIMIT 20) r WHERE'))),
      }),
    })),
  },
  {
    leak: 'L-08', fault: 'the count of used numbers takes every register and every item',
    hunt: rounds(() => ({
      operations: operationsWith('certificate_stock', (view) => ({
        ...view, policies: { 'hub.permit': 'true' }, query: replaced(textOf(view.query), /jurisdiction = 'CN-TJ' AND item = 'P01' AND /, ''),
      })),
    })),
  },
  {
    leak: 'L-09', fault: 'one decision per field name: the second alias of a field runs without conditions of its own',
    hunt: mixed(blind, rootsFromSecond(({ name }, index, all) => all.findIndex((root) => root.name === name) < index)),
  },
  { leak: 'L-10', fault: 'updatedAt is computed from the time stamp that every cell moves', hunt: rounds(() => ({ tables: tablesWithRegisterTime() })) },
  {
    leak: 'L-11', fault: 'behind the interface Node no rule of the object type is asked',
    hunt: mixed(() => open('content', 'revision'), rootsFromSecond(({ name }) => name === 'node')),
  },
  {
    leak: 'L-12', fault: 'rules are looked up by response name: a field that is renamed by an alias has none, and none means allowed',
    hunt: mixed(() => open('content', 'revision'), (_call, _asker, whole, second) => {
      const [shown, all] = [readBody(whole), readBody(second)];
      const errors = (shown.errors ?? []).filter(({ path }) => !/^(content|revision)2$/.test(String(path?.at(-1))));
      return writeBody({ ...shown, errors, data: shown.data && { ...(membersFromSecond(shown.data, all.data, (key) => /^(content|revision)2$/.test(key)) as object) } });
    }),
  },
  { leak: 'L-13', fault: 'node(id:) finds by the key alone, without the conditions of the branches', hunt: mixed(blind, rootsFromSecond(({ name }) => name === 'node')) },
  {
    leak: 'L-14', fault: 'removals cannot be checked against the row that is gone, so they go to everybody',
    hunt: {
      by: 'histories',
      layers: () => ({
        sql: (sql) => replaced(
          replaced(sql, /USING \(entity = 'Permit' AND \(/g, `USING (entity = 'Permit' AND (after IS NULL OR `),
          / END AS branch_before/g, ' WHEN f.after IS NULL THEN 0 END AS branch_before',
        ),
      }),
    },
  },
  {
    leak: 'L-15', fault: 'the change log forwards the image as it was written, masks left out',
    hunt: {
      by: 'histories',
      layers: () => ({
        database: new BoundaryPolicy(declarations((record) => ({
          ...record,
          groups: Object.fromEntries(Object.entries(record.groups).map(([name, { sensitive: _, ...group }]) => [name, group])),
          relations: record.relations.map((relation) => ({ ...relation, sees: { ...relation.sees, ...(relation.sees['PERSONAL'] ? { PERSONAL: { shown: 'full' } } : {}) } })),
        }))),
      }),
    },
  },
  { leak: 'L-16', fault: 'a stream does not know when the token it was opened with ends', hunt: { by: 'oracle', oracle: 'stream end' } },
  { leak: 'L-17', fault: 'a cursor is sealed, but not for its subscriber', hunt: { by: 'histories', layers: () => ({ cursors: (seal, version) => new UnboundCursors(seal, version) }) } },
  { leak: 'L-18', fault: 'plans are cached by document, without the viewer class', hunt: rounds(() => ({ planner: (parts) => new SharedPlans(parts) })) },
  {
    leak: 'L-19', fault: 'the first row of a list decides for all of them',
    hunt: mixed(() => ({ plans: new StrongestRights(), rules: policy }), (_call, _asker, whole, second) => {
      const [shown, all] = [readBody(whole), readBody(second)];
      const own = (value: unknown): boolean => isObject(value) && Object.entries(value).some(([key, cell]) => (/^(content|revision)2?$/.test(key) && cell !== null) || (/^node2?$/.test(key) && own(cell)));
      return writeBody({ ...shown, data: shown.data && { ...(membersFromSecond(shown.data, all.data, (_key, list) => Array.isArray(list) && own(list[0])) as object) } });
    }),
  },
  { leak: 'L-20', fault: 'a rule says "not somebody else", and the rule of somebody else fails', hunt: rounds(() => ({ parts: (parts) => ({ ...parts, rules: failingOpen() }) })) },
  { leak: 'L-21', fault: 'the start takes the last good boundary where the declared one does not hold', hunt: { by: 'oracle', oracle: 'start-up' } },
  {
    leak: 'L-22', fault: 'a record that is hidden is refused, one that does not exist is null',
    hunt: mixed(blind, tellingErrors('BOUNDARY_DENIED', () => '无权查看 · Not shared with this viewer.')),
  },
  {
    leak: 'L-23', fault: 'an operation that asks for the schema is taken for introspection and not decided',
    hunt: mixed(blind, (call, _asker, whole, second) => (/\b__(schema|type)\b/.test(call.query) ? second : whole)),
  },
  { leak: 'L-24', fault: 'statements are logged with their values', hunt: { by: 'oracle', oracle: 'logs' } },
  {
    leak: 'L-25', fault: 'the count drops a number when its permit ends: two readings differ by one holder',
    hunt: rounds(() => ({
      operations: operationsWith(certificateStockView.name, (view) => ({ ...view, query: `${textOf(view.query)} AND status = 'VALID'` })),
    })),
  },
  {
    leak: 'L-26', fault: 'the duplicate check can be tried for foreigners’ permits too',
    hunt: rounds(() => ({ operations: operationsWith(duplicateCheckView.name, (view) => ({ ...view, policies: { 'hub.permit': `jurisdiction = 'CN-TJ' AND status = 'VALID'` } })) })),
  },
  {
    leak: 'L-27', fault: 'the error of a refused record names the record',
    hunt: mixed(blind, tellingErrors('INTERNAL_SERVER_ERROR', (record) => `not allowed: ${JSON.stringify(record)}`)),
  },
  {
    leak: 'L-28', fault: 'rows of a weaker relation show the cells of the strongest one',
    hunt: rounds(() => ({ plans: new StrongestRights(), rules: policy, database: new StrongestRights() })),
  },
];

/** Further faults of the ad-hoc surface: conditions, orders, totals, connections below. */
export const plantedInQuestions: readonly PlantedFault[] = [
  {
    leak: 'L-01', fault: 'a condition on content is let through; only what answers show is checked against the rules',
    hunt: rounds(() => {
      const moved = policyMoving(['content'], 'PERMIT_BASIC');
      return { plans: moved, rules: policy, database: moved };
    }),
  },
  {
    leak: 'L-04', fault: 'totals are counted over all rows of the table',
    hunt: mixed(blind, (_call, _asker, whole, second) => {
      const [shown, all] = [readBody(whole), readBody(second)];
      return writeBody({ ...shown, data: shown.data && { ...(membersFromSecond(shown.data, all.data, (key) => /^totalCount2?$/.test(key)) as object) } });
    }),
  },
  {
    leak: 'L-02', fault: 'the permits below a holder are read without the boundary',
    hunt: mixed(blind, (_call, _asker, whole, second) => {
      const [shown, all] = [readBody(whole), readBody(second)];
      return writeBody({ ...shown, data: shown.data && { ...(membersFromSecond(shown.data, all.data, (key) => /^(permits|below\d+)$/.test(key)) as object) } });
    }),
  },
  {
    leak: 'L-05', fault: 'a cursor does not know the order it was made for',
    hunt: rounds(() => {
      const anyOrder = (context: string): string => context.split(' ').slice(0, 4).join(' ');
      return {
        parts: (parts) => ({
          ...parts,
          seal: { close: (text, context, repeatable) => parts.seal.close(text, anyOrder(context), repeatable), open: (text, context) => parts.seal.open(text, anyOrder(context)) },
        }),
      };
    }),
  },
  {
    leak: 'L-03', fault: 'empty cells come first in a descending order, last in an ascending one, whatever was said',
    hunt: rounds(() => ({
      database: 'bare',
      parts: (parts, database) => ({
        ...parts,
        readers: new ChangedReaders(database, (bound) => withText(bound, bound.statement.text.replace(/(r\.\w+) ASC/g, '$1 ASC NULLS FIRST'))),
      }),
    })),
  },
];
