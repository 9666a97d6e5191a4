import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import type { OperationView } from '../boundary/operation-view.js';
import { Agency } from '../access/agency.js';
import { agencies } from '../measures/agencies.js';
import type { OperationContext } from '../planner/context.js';
import { PermitItemCode } from './codes.js';

/**
 * The database side of the duplicate check (B-01): for one holder and one item named in settings, the deciding organ
 * and number of valid permits, foreigners' permits excepted (B-16). It is a barrier view: its parameters are its row filter.
 */
export const duplicateCheckView: OperationView = {
  name: 'permit_duplicate',
  viewers: ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'],
  policies: { 'hub.permit': `jurisdiction = 'CN-TJ' AND status = 'VALID' AND item <> 'P07'` },
  reads: ['hub.subject'],
  query: `  SELECT p.decided_by, p.document_no, p.decided_on, p.id, p.holder_id
  FROM hub.subject s JOIN hub.permit p ON p.holder_id = s.id
  WHERE s.uscc = current_setting('hub.duplicate_holder', true) AND p.item = current_setting('hub.duplicate_item', true)`,
};

@ObjectType({ description: '重复许可查询的答复 · Answer of the duplicate check: whether, by whom, under which number.' })
export class PermitDuplicate {
  @Field(() => Boolean, { description: '已有有效许可 · A valid permit exists.' })
  exists!: boolean;

  @Field(() => Agency, { nullable: true, description: '许可机关 · The organ that decided.' })
  organ!: Agency | null;

  @Field(() => String, { nullable: true, description: '决定文书号 · Number of the decision document.' })
  number!: string | null;
}

@Resolver()
export class DuplicateCheck {
  @Query(() => PermitDuplicate, {
    nullable: true,
    description: '办理中案件的重复许可查询：同一主体、同一事项 · For a pending case: does this holder already hold a valid permit of this item (B-01).',
  })
  async permitDuplicate(
    @Arg('holderUscc', () => String, { description: '统一社会信用代码 · Unified social credit code of the applicant.' }) holderUscc: string,
    @Arg('item', () => PermitItemCode, { description: '许可事项 · Permit item.' }) item: PermitItemCode,
    @Arg('pendingCase', () => String, { description: '办理中案件编号，记入访问日志 · Number of the pending case, kept in the access log.' }) pendingCase: string,
    @Ctx() context: OperationContext,
  ): Promise<PermitDuplicate> {
    if (holderUscc.trim() === '' || pendingCase.trim() === '') {
      throw new GraphQLError('须写明主体代码与办理中案件编号 · Name the holder’s code and the pending case.', {
        extensions: { code: 'BAD_USER_INPUT', clause: 'XT-3.1b' },
      });
    }
    context.noteCase(pendingCase);
    const { viewer } = context;
    const [, rows = []] = await context.readers.run(viewer, [
      {
        statement: {
          name: 'duplicate-settings',
          text: `SELECT set_config('hub.duplicate_holder', $1::text, true), set_config('hub.duplicate_item', $2::text, true)`,
        },
        values: [holderUscc.trim(), item],
      },
      {
        statement: {
          name: 'duplicate-check',
          text: `SELECT decided_by, document_no, holder_id FROM shared.permit_duplicate__${viewer.principal.toLowerCase()} ORDER BY decided_on DESC, id DESC LIMIT 1`,
        },
        values: [],
      },
    ]);
    const [decidedBy = null, number = null, holder = null] = rows[0] ?? [];
    // The answer says something of this subject, and the evidence whom it was said to.
    if (holder !== null) context.noteRead(1, [holder]);
    const organ = agencies.find(({ code }) => code === decidedBy);
    return { exists: decidedBy !== null, organ: organ ? Object.assign(new Agency(), organ) : null, number };
  }
}
