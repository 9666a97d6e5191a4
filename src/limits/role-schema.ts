import { buildASTSchema, executeSync, Kind, parse, printSchema, type DefinitionNode, type DocumentNode, type FieldDefinitionNode, type GraphQLSchema, type InputValueDefinitionNode, type NamedTypeNode, type TypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../boundary/declaration.js';
import type { BoundaryPolicy } from '../boundary/policy.js';
import { conditionCoordinates } from './condition-inputs.js';

/** Kinds, roles and agreements of one register are fewer; a token may name any role. */
const cachedClasses = 64;

const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** What introspection knows of one viewer class. */
export interface RoleSchema {
  /** The schema with the fields this class may use; for introspection alone, it has no resolvers. */
  readonly schema: GraphQLSchema;
  /** Only open vocabulary is left: no right on any record and no operation of its own. */
  readonly isOutsider: boolean;
}

/**
 * The schema as one viewer class may use it: the fields its rules allow, with some purpose or without, and the types that
 * these reach (leak L-23). Cut out of the text of the schema, so that what is left is whole and no resolver is in it.
 * Classes that see the same share one schema.
 */
export class RoleSchemas {
  readonly #policy: BoundaryPolicy;
  readonly #document: DocumentNode;
  /** By member of a condition: the field it compares. */
  readonly #conditions: ReadonlyMap<string, string>;
  readonly #byClass = new LRUCache<Principal, RoleSchema>({ max: cachedClasses });
  /** By the document of a plan, which is of one class. */
  readonly #shown = new WeakMap<DocumentNode, ReadonlyMap<string, string>>();
  readonly #byFields = new LRUCache<string, RoleSchema>({ max: cachedClasses });

  constructor(schema: GraphQLSchema, policy: BoundaryPolicy) {
    this.#policy = policy;
    this.#document = parse(printSchema(schema));
    this.#conditions = conditionCoordinates(schema);
  }

  of(principal: Principal): RoleSchema {
    const known = this.#byClass.get(principal);
    if (known) return known;
    const usable = this.#policy.coordinates().filter((coordinate) => this.#isUsable(principal, coordinate));
    const key = usable.join(' ');
    const role = this.#byFields.get(key) ?? this.#cut(new Set(usable));
    this.#byFields.set(key, role);
    this.#byClass.set(principal, role);
    return role;
  }

  /**
   * Answers the introspection fields of an operation: by response key, as JSON text. Without variables it is made once per
   * document object, and a plan keeps that: the whole schema takes 10 ms.
   */
  show(principal: Principal, document: DocumentNode, variables: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
    const known = this.#shown.get(document);
    if (known) return known;
    const { data } = executeSync({ schema: this.of(principal).schema, document, variableValues: variables });
    const shown = new Map(Object.entries(data ?? {}).map(([key, value]) => [key, JSON.stringify(value)]));
    const varies = document.definitions.some((one) => one.kind === Kind.OPERATION_DEFINITION && (one.variableDefinitions?.length ?? 0) > 0);
    if (!varies) this.#shown.set(document, shown);
    return shown;
  }

  /** Also what takes a purpose: the class may declare one. */
  #isUsable(principal: Principal, coordinate: string): boolean {
    const { allowed, missing } = this.#policy.decide({ principal, purpose: null }, coordinate);
    return allowed || missing === 'PURPOSE';
  }

  /** A condition on a field that may not be read is refused: it is not shown either. */
  #withConditions(definition: DefinitionNode, usable: ReadonlySet<string>): DefinitionNode {
    if (definition.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return definition;
    const fields = (definition.fields ?? []).filter(({ name }) => {
      const compared = this.#conditions.get(`${definition.name.value}.${name.value}`);
      return compared === undefined || usable.has(compared);
    });
    return { ...definition, fields };
  }

  #cut(usable: ReadonlySet<string>): RoleSchema {
    const isOutsider = [...usable].every((coordinate) => this.#policy.declarationOf(coordinate)?.form === 'open');
    const definitions = reachable(withFields(this.#document.definitions.map((one) => this.#withConditions(one, usable)), usable));
    return { schema: buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValid: true, assumeValidSDL: true }), isOutsider };
  }
}

type Definitions = readonly DefinitionNode[];

/**
 * Keeps the usable fields of object types, and drops what that leaves empty or dangling until nothing changes: types
 * without fields, fields of types that are gone, interfaces a type no longer fulfils or nobody implements.
 */
function withFields(all: Definitions, usable: ReadonlySet<string>): Definitions {
  let kept: Definitions = all.map((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION
      ? { ...definition, fields: (definition.fields ?? []).filter(({ name }) => usable.has(`${definition.name.value}.${name.value}`)) }
      : definition,
  );
  for (;;) {
    const names = new Set(kept.map(definitionName));
    const implemented = new Set(kept.flatMap(interfacesOf).map(({ name }) => name.value));
    const known = (type: TypeNode): boolean => builtIn.has(nameOf(type)) || names.has(nameOf(type));
    const next = kept.flatMap((definition): DefinitionNode[] => {
      if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) {
        const fields = (definition.fields ?? []).filter(({ type }) => known(type));
        const interfaces = interfacesOf(definition).filter((one) => fulfils(kept, one, fields));
        return fields.length > 0 ? [{ ...definition, fields, interfaces }] : [];
      }
      if (definition.kind === Kind.INTERFACE_TYPE_DEFINITION && !implemented.has(definition.name.value)) return [];
      if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
        const types = definition.types?.filter(known) ?? [];
        return types.length > 0 ? [{ ...definition, types }] : [];
      }
      return [definition];
    });
    if (size(next) === size(kept)) return next;
    kept = next;
  }
}

const builtIn: ReadonlySet<string> = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

/** Name of a type or directive; the schema definition has none. */
function definitionName(definition: DefinitionNode): string | undefined {
  return 'name' in definition ? definition.name.value : undefined;
}

function interfacesOf(definition: DefinitionNode): readonly NamedTypeNode[] {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION ? (definition.interfaces ?? []) : [];
}

function fulfils(definitions: Definitions, { name }: NamedTypeNode, fields: readonly FieldDefinitionNode[]): boolean {
  const found = definitions.find((definition) => definition.kind === Kind.INTERFACE_TYPE_DEFINITION && definition.name.value === name.value);
  if (found?.kind !== Kind.INTERFACE_TYPE_DEFINITION) return false;
  return found.fields?.every((asked) => fields.some((field) => field.name.value === asked.name.value)) ?? true;
}

/** Definitions, fields, interfaces and members: it only ever falls. */
function size(definitions: Definitions): number {
  const sizeOf = (definition: DefinitionNode): number => {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) return (definition.fields ?? []).length + interfacesOf(definition).length;
    return definition.kind === Kind.UNION_TYPE_DEFINITION ? (definition.types ?? []).length : 0;
  };
  return definitions.reduce((sum, definition) => sum + 1 + sizeOf(definition), 0);
}

/** What the root types lead to; directives and the schema definition stay. */
function reachable(definitions: Definitions): DefinitionNode[] {
  const byName = new Map(definitions.map((definition) => [definitionName(definition), definition]));
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const definition = byName.get(name);
    if (!definition || reached.has(name)) return;
    reached.add(name);
    if ('fields' in definition) {
      for (const field of definition.fields ?? []) {
        visit(nameOf(field.type));
        if ('arguments' in field) for (const argument of inputs(field.arguments)) visit(nameOf(argument.type));
      }
    }
    for (const one of interfacesOf(definition)) visit(one.name.value);
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) for (const one of definition.types ?? []) visit(one.name.value);
    if (definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    for (const other of definitions) {
      if (interfacesOf(other).some((one) => one.name.value === name)) visit(definitionName(other) ?? '');
    }
  };
  for (const root of roots) visit(root);
  return definitions.filter((definition) => definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.DIRECTIVE_DEFINITION || reached.has(definitionName(definition) ?? ''));
}

function inputs(values: readonly InputValueDefinitionNode[] | undefined): readonly InputValueDefinitionNode[] {
  return values ?? [];
}
