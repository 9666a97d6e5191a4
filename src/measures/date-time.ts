import { GraphQLScalarType } from 'graphql';

/** An instant in answers: ISO 8601 in UTC. Outgoing only; nothing is asked for by instant yet. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: '时刻（UTC，ISO 8601） · Instant in UTC, ISO 8601, for example 2026-11-22T08:00:00Z.',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
    throw new TypeError('DateTime: no instant');
  },
});
