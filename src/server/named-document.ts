import { extensionsOf } from '../planner/graphql-request.js';
import type { NamedDocument } from '../limits/trusted-documents.js';

/**
 * How a request names its document: `query`; `documentId` (the draft on persisted documents) or `id` (what most clients
 * send); `extensions.persistedQuery` (Apollo's automatic persisted queries).
 */
export function namedDocument(body: unknown): NamedDocument {
  if (!isRecord(body)) return none;
  const { query, documentId, id } = body;
  const persisted = extensionsOf(body);
  const hash = isRecord(persisted) && isRecord(persisted['persistedQuery']) ? persisted['persistedQuery']['sha256Hash'] : undefined;
  const apq = typeof hash === 'string';
  const name = documentId ?? id ?? hash;
  return { text: typeof query === 'string' ? query : null, id: typeof name === 'string' ? name : null, apq };
}

/** The request with the text that is run and without what named it: the lanes know documents by their text. */
export function withDocument(body: unknown, text: string): unknown {
  if (!isRecord(body)) return body;
  const { extensions } = body;
  const told = isRecord(extensions) ? { extensions: without(extensions, ['persistedQuery']) } : {};
  return { ...without(body, ['documentId', 'id']), query: text, ...told };
}

/** The same request as the search part of an address. */
export function searchWith(search: string, text: string): string {
  const asked = new URLSearchParams(search);
  asked.set('query', text);
  for (const name of ['documentId', 'id']) asked.delete(name);
  const extensions = asked.get('extensions');
  if (extensions?.includes('persistedQuery')) asked.delete('extensions'); // purpose and case number were read before
  return `?${asked.toString()}`;
}

function without(record: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

const none: NamedDocument = { text: null, id: null, apq: false };

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
