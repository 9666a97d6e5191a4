import { getArgumentValues, getNamedType, GraphQLError, isObjectType, type FieldNode, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import type { AskedRoot } from '../planner/own-read.js';
import { collectFields, subSelections, type Selection } from '../planner/selection.js';
import { propertiesOf, type Dimension, type Figure, type Measure, type StatisticsDeclaration } from './declaration.js';

/** Most groups of one answer: a report of 16 districts by month of 5 years has 960. */
export const largestGroups = 1_000;

/** Groups of an answer that names no number. */
export const usualGroups = 100;

const direction = z.enum(['ASC', 'DESC']).default('ASC');

/** The arguments after GraphQL's own coercion; names of dimensions and figures are looked up in the declaration. */
const argumentsSchema = z.object({
  groupBy: z.array(z.string()).nullish().transform((names) => [...new Set(names ?? [])]),
  having: z
    .array(z.object({ figure: z.string(), atLeast: z.number().nullish(), atMost: z.number().nullish() }))
    .nullish()
    .transform((conditions) => conditions ?? []),
  orderBy: z
    .array(z.object({ dimension: z.string().nullish(), figure: z.string().nullish(), direction }))
    .nullish()
    .transform((orders) => orders ?? []),
  first: z.number().int().nullish(),
});

/** A bound of a group's figure; both ends belong to it. */
export interface Having {
  readonly figure: Figure;
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

export interface Ordering {
  readonly by: { readonly dimension: Dimension } | { readonly figure: Figure };
  readonly direction: 'ASC' | 'DESC';
}

/** What is asked of a statistic: the groups, and what of them is shown, compared and ordered by. */
export interface AskedStatistics {
  readonly dimensions: readonly Dimension[];
  readonly having: readonly Having[];
  readonly orderBy: readonly Ordering[];
  readonly first: number;
  /** The selection on a group, by response key. */
  readonly shown: readonly Selection[];
}

/** Reads arguments and selection. Throws GraphQLError BAD_USER_INPUT or BAD_PAGE_SIZE where they make no sense. */
export function askedStatistics(declaration: StatisticsDeclaration, { schema, fragments, variables, nodes }: AskedRoot): AskedStatistics {
  const given = givenArguments(schema, declaration.field, nodes, variables);
  const dimensions = given.groupBy.flatMap((name) => declaration.dimensions[name] ?? []);
  const figureOf = (name: string): Figure => declaration.figures[name] ?? 'count';
  const first = given.first ?? usualGroups;
  if (first < 1 || first > largestGroups) {
    throw new GraphQLError(`first 取值 1 到 ${largestGroups} · first is a number from 1 to ${largestGroups}.`, {
      nodes, extensions: { code: 'BAD_PAGE_SIZE', nextStep: `first: 1 … ${largestGroups}` },
    });
  }
  const orderBy = given.orderBy.map(({ dimension, figure, direction: to }): Ordering => {
    const grouped = dimension != null ? declaration.dimensions[dimension] : undefined;
    if ((dimension == null) === (figure == null)) throw badInput(nodes, '排序须且只须写明 dimension 与 figure 之一 · Order by exactly one of dimension and figure.', 'orderBy: [{figure: COUNT}]');
    if (figure != null) return { by: { figure: figureOf(figure) }, direction: to };
    if (!grouped || !dimensions.includes(grouped)) throw badInput(nodes, '只能按分组所用的维度排序 · Order by a dimension that groupBy names.', `groupBy: [${dimension ?? ''}]`);
    return { by: { dimension: grouped }, direction: to };
  });
  const having = given.having.map(({ figure, atLeast = null, atMost = null }) => ({ figure: figureOf(figure), atLeast, atMost }));
  return { dimensions, having, orderBy, first, shown: groupSelections(schema, declaration, { fragments, variables, nodes }) };
}

function givenArguments(schema: GraphQLSchema, field: string, [node]: readonly FieldNode[], variables: AskedRoot['variables']) {
  const definition = schema.getQueryType()?.getFields()[field];
  if (!definition || !node) throw new Error(`Statistics: the schema has no Query.${field}`);
  return argumentsSchema.parse(getArgumentValues(definition, node, variables));
}

function badInput(nodes: readonly FieldNode[], message: string, nextStep: string): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', nextStep } });
}

/** The selections on `groups`, one for each alias of it. */
function groupSelections(schema: GraphQLSchema, { field }: StatisticsDeclaration, { fragments, variables, nodes }: Omit<AskedRoot, 'schema'>): readonly Selection[] {
  const answer = objectBehind(schema.getQueryType(), field);
  const group = objectBehind(answer, 'groups');
  return [...collectFields(answer, subSelections(nodes), fragments, variables).values()]
    .filter((below) => below[0]?.name.value === 'groups')
    .map((below) => collectFields(group, subSelections(below), fragments, variables));
}

/** The object type a field leads to. */
export function objectBehind(type: GraphQLObjectType | null | undefined, field: string): GraphQLObjectType {
  const target = type?.getFields()[field]?.type;
  const named = target && getNamedType(target);
  if (!isObjectType(named)) throw new Error(`Statistics: ${type?.name ?? ''}.${field} is no object`);
  return named;
}

/** The figures a selection shows, as names of members of a group. */
export function shownMeasures(declaration: StatisticsDeclaration, shown: readonly Selection[]): { readonly unit: boolean; readonly measures: readonly Measure[] } {
  const names = new Set(shown.flatMap((selection) => [...selection.values()].map(([node]) => node?.name.value)));
  return { unit: names.has(declaration.unit.field), measures: declaration.measures.filter(({ field }) => names.has(field)) };
}

/** The properties behind a figure. */
export function figureProperties(declaration: StatisticsDeclaration, figure: Figure): readonly string[] {
  if (figure === 'count') return [];
  if (figure === 'unit') return [declaration.unit.property];
  const measure = declaration.measures.find(({ field }) => field === figure.of);
  return measure ? propertiesOf(measure.quantity) : [];
}
