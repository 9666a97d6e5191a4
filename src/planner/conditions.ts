import { Field, InputType, Int, type ClassType } from 'type-graphql';
import { DateTime } from '../measures/date-time.js';
import { LegalDate } from '../measures/legal-date.js';

/* Comparisons of one property in a `where` argument. Those given must all hold; `ne` and `notIn` count empty cells in. */

/** A code of a closed list. */
export function codeCondition(enumName: string, codes: object) {
  @InputType(`${enumName}Condition`, { description: `代码条件，所给各项须同时成立 · Conditions on a ${enumName}; those given must all hold.` })
  class CodeCondition {
    @Field(() => codes, { nullable: true, description: '等于 · Equal to.' })
    eq?: string;

    @Field(() => codes, { nullable: true, description: '不等于，含空值 · Not equal to, or empty.' })
    ne?: string;

    @Field(() => [codes], { nullable: true, description: '为其中之一 · One of.' })
    in?: string[];

    @Field(() => [codes], { nullable: true, description: '不为其中任一，含空值 · None of, or empty.' })
    notIn?: string[];

    @Field(() => Boolean, { nullable: true, description: '是否为空 · Whether the cell is empty.' })
    isNull?: boolean;
  }
  return CodeCondition;
}

@InputType({ description: '文本条件，所给各项须同时成立 · Conditions on a text; those given must all hold.' })
export class TextCondition {
  @Field(() => String, { nullable: true, description: '等于 · Equal to.' })
  eq?: string;

  @Field(() => String, { nullable: true, description: '不等于，含空值 · Not equal to, or empty.' })
  ne?: string;

  @Field(() => [String], { nullable: true, description: '为其中之一 · One of.' })
  in?: string[];

  @Field(() => [String], { nullable: true, description: '不为其中任一，含空值 · None of, or empty.' })
  notIn?: string[];

  @Field(() => String, { nullable: true, description: '以此开头 · Starts with.' })
  startsWith?: string;

  @Field(() => String, { nullable: true, description: '包含（区分大小写与全半角） · Contains; case and width count.' })
  contains?: string;

  @Field(() => Boolean, { nullable: true, description: '是否为空 · Whether the cell is empty.' })
  isNull?: boolean;
}

/** Conditions on a value with an order. */
function rangeCondition(name: string, scalar: () => ReturnType<typeof ranged>, of: string) {
  @InputType(name, { description: `${of}，所给各项须同时成立；空值不在任何范围内 · Those given must all hold; an empty cell is in no range.` })
  class RangeCondition {
    @Field(scalar, { nullable: true, description: '等于 · Equal to.' })
    eq?: string;

    @Field(scalar, { nullable: true, description: '不等于，含空值 · Not equal to, or empty.' })
    ne?: string;

    @Field(scalar, { nullable: true, description: '小于（早于） · Less than, before.' })
    lt?: string;

    @Field(scalar, { nullable: true, description: '不大于（不晚于） · At most, not after.' })
    lte?: string;

    @Field(scalar, { nullable: true, description: '大于（晚于） · Greater than, after.' })
    gt?: string;

    @Field(scalar, { nullable: true, description: '不小于（不早于） · At least, not before.' })
    gte?: string;

    @Field(() => Boolean, { nullable: true, description: '是否为空 · Whether the cell is empty.' })
    isNull?: boolean;
  }
  return RangeCondition;
}

const ranged = (scalar: typeof LegalDate | typeof DateTime | typeof Int): typeof LegalDate | typeof DateTime | typeof Int => scalar;

export const DateCondition = rangeCondition('DateCondition', () => ranged(LegalDate), '日期条件');
export const InstantCondition = rangeCondition('InstantCondition', () => ranged(DateTime), '时刻条件');
export const NumberCondition = rangeCondition('NumberCondition', () => ranged(Int), '整数条件');

/** Conditions on the entries of a list. */
export function listCondition<T extends object>(name: string, entry: ClassType<T>) {
  @InputType(name, { description: '对记录内列表的条件，所给各项须同时成立 · Conditions on the entries of a list; those given must all hold.' })
  class ListCondition {
    @Field(() => entry, { nullable: true, description: '至少一条符合 · At least one entry fits.' })
    some?: T;

    @Field(() => entry, { nullable: true, description: '没有一条符合 · No entry fits.' })
    none?: T;

    @Field(() => entry, { nullable: true, description: '每一条都符合；空列表亦然 · Every entry fits, also where there is none.' })
    every?: T;
  }
  return ListCondition;
}
