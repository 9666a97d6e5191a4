import { Arg, Field, Int, InterfaceType, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import { codes } from '../../measures/codes.js';
import type { ChangeDeclaration } from '../change-declaration.js';
import { ChangeKind } from '../frames.js';

/** What every change of the feed says; a capability adds a type with its record. */
@InterfaceType('Change', { description: '变更 · A change of a record, as far as this viewer may see it.' })
export abstract class Change {
  @Field(() => ChangeKind, { description: '变更种类 · Kind.' })
  kind!: ChangeKind;

  @Field(() => Int, { description: '送达序号，逐一递增、无间断 · Delivery number, without gaps.' })
  number!: number;

  @Field(() => String, { description: '游标，由此之后续取 · Sealed cursor to go on behind this change.' })
  cursor!: string;
}

@ObjectType({ description: '变更的一页 · A page of changes in commit order.' })
export class ChangePage {
  @Field(() => [Change], { description: '变更，按提交先后 · Changes in the order of their commits.' })
  changes!: Change[];

  @Field(() => String, { description: '游标，由此之后续取；无可见变更时亦须保存 · Cursor of the next page; to be kept also where the page is empty.' })
  cursor!: string;

  @Field(() => Boolean, { description: '其后还有可见变更 · There are more visible changes behind it.' })
  hasMore!: boolean;
}

/** The code of a record type where changes are asked for by it: `LIST_ENTRY` for `ListEntry`. */
export function changedRecordCode(type: string): string {
  return type.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

/** The root `Query.changes` over the declared record types. The feed answers it (changes-read.ts); the resolver only gives the schema its shape. */
export function pullOperation(declarations: readonly Pick<ChangeDeclaration, 'type' | 'words'>[]) {
  const records = declarations.map(({ type, words }) => [changedRecordCode(type), words] as const);
  const ChangedRecord = codes(...records.map(([code]) => code));
  registerEnumType(ChangedRecord, {
    name: 'ChangedRecord',
    description: '变更所及的记录类别 · Record type whose changes are asked for.',
    valuesConfig: Object.fromEntries(records.map(([code, description]) => [code, { description }])),
  });

  @Resolver()
  class PullOperation {
    @Query(() => ChangePage, {
      nullable: true,
      description:
        '拉取游标之后的变更，与订阅同源同序；不给游标则只答复当前游标 · ' +
        'Changes behind a cursor, the same as a subscription brings; without a cursor an empty page with the cursor of now.',
    })
    changes(
      @Arg('first', () => Int, { description: '至多几项 · At most so many.' }) _first: number,
      @Arg('after', () => String, {
        nullable: true,
        description: '上次的游标，亦可为订阅或导出的游标，此时只及该类 · Cursor kept last, also of a subscription or an export, which goes on with that type alone.',
      })
      _after?: string,
      @Arg('of', () => ChangedRecord, {
        nullable: true,
        description: '只取该类记录的变更，游标与其订阅、导出通用；不给则为可见的各类，依提交次序 · ' +
          'Changes of this record type alone, by cursors of its streams and exports; without it all visible types as one sequence, with cursors of its own.',
      })
      _of?: string,
    ): ChangePage | null {
      throw new Error('Query.changes is answered by the change feed');
    }
  }
  return PullOperation;
}
