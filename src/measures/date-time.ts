import { GraphQLScalarType, Kind } from 'graphql';

/** ISO 8601 with its zone: an instant without one would mean another hour to everybody. */
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** An instant with its text: a Date alone keeps milliseconds, and answers show the microseconds of the register. */
class GivenInstant extends Date {
  readonly #text: string;

  constructor(text: string) {
    super(text);
    this.#text = text;
  }

  override toISOString(): string {
    return this.#text;
  }
}

/** Variables are coerced by the planner and again by the executor: what was coerced stays as it is. */
function parse(value: unknown): Date {
  if (value instanceof Date) return value;
  const milliseconds = typeof value === 'string' && instant.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(milliseconds)) throw new TypeError('DateTime: 须为带时区的 ISO 8601 时刻 · an instant in ISO 8601 with its zone, for example 2026-11-22T08:00:00Z');
  return new GivenInstant(String(value));
}

/** An instant: ISO 8601, in UTC in answers, with any zone in arguments. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: '时刻（ISO 8601，答复为 UTC） · Instant in ISO 8601, in answers in UTC, for example 2026-11-22T08:00:00Z.',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
    throw new TypeError('DateTime: no instant');
  },
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});
