import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { principalWords } from '../measures/agencies/principals.js';
import { purposes, type Purpose as PurposeCode } from '../measures/purposes.js';
import { citedClause, type CitedClause as CitedWords } from '../boundary/basis.js';
import { effects, missingRights, type AccessGround, type MissingRight as MissingRightCode } from '../boundary/effect.js';

/** Codes as an enum of the schema: names and values are the same. */
function enumOf<T extends string>(codes: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(codes.map((code) => [code, code]));
}

export const AccessEffect = enumOf(effects);

registerEnumType(AccessEffect, {
  name: 'AccessEffect',
  description: '如何提供 · How a field is shown.',
  valuesConfig: {
    ALLOW: { description: '全部提供 · As it is.' },
    MASK: { description: '遮蔽后提供 · Through a mask.' },
    DIGEST: { description: '仅提供摘要 · As a digest.' },
    DENY: { description: '不提供 · Not at all.' },
  },
});

export const MissingRight = enumOf(missingRights);

registerEnumType(MissingRight, {
  name: 'MissingRight',
  description: '所缺条件 · What is missing.',
  valuesConfig: {
    PURPOSE: { description: '用途，须属所列 · A purpose, one of those listed.' },
    CASE: { description: '案号 · A case number with the purpose.' },
    ROLE: { description: '角色：须由所列机关或角色查询 · The part of another: one of those to ask.' },
    AGREEMENT: { description: '登记的共享协议 · A registered sharing agreement.' },
  },
});

export const Purpose = enumOf(Object.keys(purposes));

registerEnumType(Purpose, {
  name: 'Purpose',
  description: '用途：受控清单 · Purpose of a query, from the controlled list.',
  valuesConfig: Object.fromEntries(Object.entries(purposes).map(([code, { zh, en }]) => [code, { description: `${zh} · ${en}.` }])),
});

@ObjectType({ description: '依据的条款或裁定 · A clause or ruling a decision rests on, with its words.' })
export class CitedClause implements CitedWords {
  @Field(() => ID, { description: '编号 · Its id; see clause(id:) and ruling(id:).' })
  id!: string;

  @Field(() => String, { nullable: true, description: '在文件中的位置；裁定为空 · Where in its document it stands; null for a ruling.' })
  place!: string | null;

  @Field(() => String, { nullable: true, description: '条款文字；裁定为空 · The operative words; null for a ruling.' })
  textZh!: string | null;

  @Field(() => String, { description: '英文释义 · What it means, in English.' })
  textEn!: string;
}

@ObjectType({ description: '可用的用途 · A purpose that would do, declared together with a case number.' })
export class PurposeWords {
  @Field(() => Purpose, { description: '代码 · Its code.' })
  code!: PurposeCode;

  @Field(() => String, { description: '名称 · Its name in Chinese.' })
  zh!: string;

  @Field(() => String, { description: '英文名称 · Its name in English.' })
  en!: string;
}

@ObjectType({ description: '可询问者：享有该数据的机关类别或角色 · Whom to ask: a kind of agency or a role that holds the data in full.' })
export class DataHolder {
  @Field(() => String, { description: '机关类别或角色代码 · Code of the kind or role.' })
  kind!: string;

  @Field(() => String, { description: '名称 · Its name in Chinese.' })
  zh!: string;

  @Field(() => String, { description: '英文名称 · Its name in English.' })
  en!: string;
}

@ObjectType({ description: '准许或拒绝的依据，以及怎样可改变 · On what a decision rests, and what would change it.' })
export class AccessBasis {
  @Field(() => [String], { description: '边界表的行 · Rows of the boundary table.' })
  rows!: readonly string[];

  @Field(() => [CitedClause], { description: '条款与裁定及其文字 · Clauses and rulings with their words.' })
  clauses!: readonly CitedClause[];

  @Field(() => [MissingRight], { description: '所缺条件；准许时为空 · What is missing; empty where nothing is denied.' })
  missing!: readonly MissingRightCode[];

  @Field(() => [PurposeWords], { description: '可用的用途 · Purposes of which one would do.' })
  purposes!: readonly PurposeWords[];

  @Field(() => [DataHolder], { description: '可询问者 · Whom to ask.' })
  ask!: readonly DataHolder[];
}

/** What of a ground the schema shows: codes become words. */
export function accessBasis({ rows, clauses, missing, purposes: wanted, ask }: AccessGround): AccessBasis {
  return {
    rows,
    clauses: clauses.map(citedClause),
    missing,
    purposes: wanted.map(purposeWords),
    ask: ask.map((kind) => ({ kind, ...principalWords(kind) })),
  };
}

export function purposeWords(code: PurposeCode): PurposeWords {
  const { zh, en } = purposes[code];
  return { code, zh, en };
}

