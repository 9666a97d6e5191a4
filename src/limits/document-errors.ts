import { GraphQLError } from 'graphql';

/** What a document that is not admitted is answered with: one kind of error, as `Planner.admit` throws it. */
export function documentErrors(error: unknown, isOutsider: boolean): readonly GraphQLError[] {
  if (error instanceof AggregateError) {
    const found = error.errors.filter((one: unknown) => one instanceof GraphQLError);
    return wordedFor(isOutsider, found, 'GRAPHQL_VALIDATION_FAILED', '查询与结构不符 · The document does not fit the schema.');
  }
  if (!(error instanceof GraphQLError)) throw error;
  // A limit has its code; a syntax error tells nothing but the caller's own text.
  return 'code' in error.extensions ? [error] : [coded(error, 'GRAPHQL_PARSE_FAILED', error.message)];
}

/** The errors of variables that do not fit. */
export function variableErrors(errors: readonly GraphQLError[], isOutsider: boolean): readonly GraphQLError[] {
  return errors.flatMap((error) =>
    'code' in error.extensions ? [error] : wordedFor(isOutsider, [error], 'BAD_USER_INPUT', '变量与结构不符 · The variables do not fit the schema.'),
  );
}

/**
 * Messages of graphql-js name types and fields of the schema. An outsider, who may use nothing but open vocabulary, is told
 * the place alone.
 */
function wordedFor(isOutsider: boolean, errors: readonly GraphQLError[], code: string, plain: string): readonly GraphQLError[] {
  return errors.map((error) => coded(error, code, isOutsider ? plain : error.message));
}

function coded(error: GraphQLError, code: string, message: string): GraphQLError {
  const { nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null, extensions: { ...extensions, code, http: { status: 400 } } });
}

/** An error as it leaves the hub by a way of its own: without what is for the HTTP front. */
export function plainError(error: GraphQLError): unknown {
  const json = error.toJSON();
  return { ...json, extensions: Object.fromEntries(Object.entries(json.extensions ?? {}).filter(([name]) => name !== 'http')) };
}

/** The HTTP status an error asks for, and its headers. */
export function httpOf(error: GraphQLError | undefined): { readonly status: number; readonly headers: ReadonlyMap<string, string> } {
  const http: unknown = error?.extensions['http'];
  const member = (name: string): unknown => (typeof http === 'object' && http !== null ? Reflect.get(http, name) : undefined);
  const [status, headers] = [member('status'), member('headers')];
  const pairs: [unknown, unknown][] = headers instanceof Map ? [...headers] : [];
  return { status: typeof status === 'number' ? status : 400, headers: new Map(pairs.map(([name, value]) => [String(name), String(value)])) };
}
