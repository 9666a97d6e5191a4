/** A GraphQL request as it comes over HTTP: the document, which of its operations, and raw variables. */
export interface GraphQLRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The `extensions` of a request body in parsed JSON: where a caller may declare purpose and case number. */
export function extensionsOf(body: unknown): unknown {
  return isRecord(body) ? body['extensions'] : undefined;
}

/** Reads a request from parsed JSON; null when it has not this form. By hand: it stands on the path of every request. */
export function readRequest(value: unknown): GraphQLRequest | null {
  if (!isRecord(value)) return null;
  const { query, operationName = null, variables = null, extensions = null } = value;
  if (typeof query !== 'string' || (operationName !== null && typeof operationName !== 'string')) return null;
  if ((variables !== null && !isRecord(variables)) || (extensions !== null && !isRecord(extensions))) return null;
  return { query, operationName, variables: variables ?? {} };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
