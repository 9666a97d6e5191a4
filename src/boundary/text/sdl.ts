import { Kind, parse, print, visit, type ConstDirectiveNode, type ConstValueNode, type FieldDefinitionNode } from 'graphql';
import { recordsOf, type Basis } from '../declaration.js';
import type { BoundaryPolicy } from '../policy.js';

/** The directive as it is defined in the printed schema. */
const definition = `"""
数据共享边界：依据表中何行、何条款共享，属何字段组 · Sharing boundary of a field: rows of the boundary table and clauses it is shared on, and its field group. Who sees it: schema/boundary.md, explainAccess.
"""
directive @boundary(
  """边界表的行 · Rows of the boundary table."""
  rows: [String!]!
  """条款与裁定 · Clauses and rulings."""
  clauses: [String!]!
  """字段组 · Field group of the record."""
  group: String
  """敏感：全部显示须有用途与案号 · Sensitive: shown in full for a purpose with a case number only."""
  sensitive: Boolean
) on FIELD_DEFINITION
`;

/**
 * The printed schema with `@boundary(…)` on every field of an object type, from the declarations. A reader of the SDL
 * sees beside each field on what it is shared; the hub's introspection does not carry it.
 */
export function withBoundaryDirectives(sdl: string, policy: BoundaryPolicy): string {
  let type = '';
  const document = visit(parse(`${definition}\n${sdl}`, { noLocation: true }), {
    ObjectTypeDefinition: {
      enter: (node) => {
        type = node.name.value;
      },
    },
    InterfaceTypeDefinition: () => false,
    FieldDefinition: (node: FieldDefinitionNode): FieldDefinitionNode => ({
      ...node,
      directives: [...(node.directives ?? []), directive(policy, `${type}.${node.name.value}`)],
    }),
  });
  return `${print(document)}\n`;
}

function directive(policy: BoundaryPolicy, coordinate: string): ConstDirectiveNode {
  const { rows, clauses } = groundOf(policy, coordinate);
  const group = policy.groupOf(coordinate);
  const record = policy.records.get(policy.recordOf(coordinate.split('.')[0] ?? '') ?? '');
  const sensitive = group !== null && record?.groups[group]?.sensitive === true;
  const values: readonly (readonly [string, ConstValueNode])[] = [
    ['rows', list(rows)],
    ['clauses', list(clauses)],
    ...(group === null ? [] : [['group', text(group)] as const]),
    ...(sensitive ? [['sensitive', { kind: Kind.BOOLEAN, value: true }] as const] : []),
  ];
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'boundary' },
    arguments: values.map(([name, value]) => ({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value })),
  };
}

/** On what a coordinate is shared with anybody: its own basis, or those of all relations that show its group. */
export function groundOf(policy: BoundaryPolicy, coordinate: string): Basis {
  const declaration = policy.declarationOf(coordinate);
  if (!declaration) return { rows: [], clauses: [] };
  if (declaration.form === 'open' || declaration.form === 'operation' || declaration.form === 'aggregate') return declaration;
  const group = policy.groupOf(coordinate);
  const relations = recordsOf(declaration).flatMap((record) => policy.records.get(record)?.relations ?? []);
  const showing = relations.filter(({ sees }) => group === null || sees[group] !== undefined);
  return {
    rows: [...new Set(showing.flatMap(({ rows }) => rows))].sort(),
    clauses: [...new Set(showing.flatMap(({ clauses }) => clauses))].sort(),
  };
}

function list(values: readonly string[]): ConstValueNode {
  return { kind: Kind.LIST, values: values.map(text) };
}

function text(value: string): ConstValueNode {
  return { kind: Kind.STRING, value };
}
