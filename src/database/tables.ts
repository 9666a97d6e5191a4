import { getMetadataArgsStorage } from 'typeorm';

/**
 * How a column's text form becomes JSON: text and dates are strings, int4 and booleans stand as they are, instants are
 * ISO 8601 in UTC (reader sessions run in that zone), arrays of codes are lists of strings.
 */
export type ColumnEncoding = 'string' | 'number' | 'boolean' | 'instant' | 'codes';

export interface ColumnInfo {
  readonly column: string;
  readonly type: string;
  readonly encoding: ColumnEncoding;
}

export interface ToOne {
  /** Column of this table that holds the key. */
  readonly foreignColumn: string;
  readonly target: string;
}

export interface ToMany {
  readonly target: string;
  /** Column of the target table that holds this table's key. */
  readonly foreignColumn: string;
}

/** One mapped table as the planner and the boundary need it, read off the TypeORM decorators. */
export interface Table {
  readonly type: string;
  /** Schema-qualified name. */
  readonly name: string;
  readonly columns: ReadonlyMap<string, ColumnInfo>;
  readonly toOne: ReadonlyMap<string, ToOne>;
  readonly toMany: ReadonlyMap<string, ToMany>;
  readonly primaryKey: string;
}

/** An entity class as TypeORM registers it. */
export type EntityClass = new () => object;

const encodings: Readonly<Record<string, ColumnEncoding>> = {
  text: 'string',
  date: 'string',
  uuid: 'string',
  timestamptz: 'instant',
  bigint: 'string',
  int: 'number',
  boolean: 'boolean',
  'text[]': 'codes',
};

/**
 * Reads the tables of the given entity classes from TypeORM's decorators, without a connection.
 * Throws when an entity uses a column type without a JSON encoding: a new type is a decision, not a default.
 */
export function readTables(entities: readonly EntityClass[]): ReadonlyMap<string, Table> {
  const storage = getMetadataArgsStorage();
  const tables = new Map<string, Table>();
  for (const entity of entities) {
    const args = storage.tables.find((table) => table.target === entity);
    if (!args?.name) throw new Error(`${entity.name} is not an entity with a table name`);
    const own = storage.columns.filter((column) => column.target === entity);
    const columns = new Map<string, ColumnInfo>();
    let primaryKey = '';
    for (const column of own) {
      const name = column.options.name ?? column.propertyName;
      const type = `${typeof column.options.type === 'string' ? column.options.type : ''}${column.options.array === true ? '[]' : ''}`;
      const encoding = encodings[type];
      if (!encoding) throw new Error(`${entity.name}.${column.propertyName}: no JSON encoding for column type '${type}'`);
      columns.set(column.propertyName, { column: name, type, encoding });
      if (column.options.primary) primaryKey = name;
    }
    tables.set(entity.name, {
      type: entity.name,
      name: `${args.schema ?? 'public'}.${args.name}`,
      columns,
      primaryKey,
      toOne: new Map(
        storage.relations
          .filter((relation) => relation.target === entity && relation.relationType === 'many-to-one')
          .map((relation) => [
            relation.propertyName,
            { foreignColumn: joinColumn(entity, relation.propertyName), target: targetName(relation.type) },
          ]),
      ),
      toMany: new Map(
        storage.relations
          .filter((relation) => relation.target === entity && relation.relationType === 'one-to-many')
          .map((relation) => {
            const target = targetName(relation.type);
            const owner = entities.find((candidate) => candidate.name === target);
            if (!owner) throw new Error(`${entity.name}.${relation.propertyName} points to unknown entity ${target}`);
            const back = storage.relations.find(
              (candidate) => candidate.target === owner && targetName(candidate.type) === entity.name,
            );
            if (!back) throw new Error(`${target} has no relation back to ${entity.name}`);
            return [relation.propertyName, { target, foreignColumn: joinColumn(owner, back.propertyName) }];
          }),
      ),
    });
  }
  return tables;

  function joinColumn(entity: EntityClass, property: string): string {
    const join = storage.joinColumns.find((column) => column.target === entity && column.propertyName === property);
    if (!join?.name) throw new Error(`${entity.name}.${property} needs a named join column`);
    return join.name;
  }
}

/** The class name behind TypeORM's three ways to name a relation's target. */
function targetName(type: unknown): string {
  if (typeof type === 'string') return type;
  if (typeof type === 'function') {
    const resolved: unknown = type.name ? type : (type as () => unknown)();
    if (typeof resolved === 'function') return resolved.name;
  }
  throw new Error('A relation names its target by class or by class name');
}
