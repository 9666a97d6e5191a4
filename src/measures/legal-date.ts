import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** Whether a text is a real calendar date in the form YYYY-MM-DD, of year 1 or later. */
export function isLegalDate(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

/** Imports ask several times a row; a Date made and printed for it costs five times as much. */
function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

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
