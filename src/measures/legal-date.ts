import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { isLegalDate } from './clock.js';

function parse(value: unknown): string {
  if (typeof value === 'string' && isLegalDate(value)) return value;
  throw new GraphQLError('日期须为 YYYY-MM-DD 的真实日期 · A date is a real calendar date in the form YYYY-MM-DD.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** A legal date: a calendar date in Asia/Shanghai, without time. */
export const LegalDate = new GraphQLScalarType<string, string>({
  name: 'LegalDate',
  description: '日历日期（北京时间） · Calendar date in Asia/Shanghai, YYYY-MM-DD.',
  serialize: parse,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});
