import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { OperationView } from '../../boundary/operation-view.js';
import type { Boundary } from '../../boundary/declaration.js';
import { isLegalDate } from '../../measures/clock.js';
import { DateTime } from '../../measures/date-time.js';
import { LegalDate } from '../../measures/legal-date.js';
import type { OperationContext } from '../../planner/context.js';
import { CreditList, ListEntryState } from './codes.js';
import { listingOrgans } from '../organs.js';

/** Entries of one answer: an image is some 1 kB, so an answer stays under one megabyte. */
const mostEntries = 500;

/**
 * What the lists said of a day, as the hub knew it at an instant: for the organ that answers for the entries alone.
 * Others are shown the lists as they stand, because what was repaired must not come back through the past (YZ-3.5e).
 */
export const asKnownView: OperationView = {
  name: 'list_as_known',
  viewers: listingOrgans,
  policies: {},
  reads: ['hub.list_entry_known'],
  query: `  SELECT k.entry_no, k.image ->> 'list' AS list, k.image ->> 'ground' AS ground, k.image ->> 'state' AS state, k.image ->> 'subject_name' AS subject_name,
    k.image ->> 'subject_code' AS subject_code, k.image ->> 'valid_from' AS valid_from, k.image ->> 'valid_to' AS valid_to, k.image ->> 'ended_on' AS ended_on,
    k.known_from, k.known_until, k.image ->> 'subject_id' AS subject_id
  FROM hub.list_entry_known k
  WHERE k.responsible_organ = current_setting('hub.agency', true) AND k.entry_no > current_setting('hub.known_after', true)
    AND k.known_from <= current_setting('hub.known_at', true)::timestamptz
    AND (k.known_until IS NULL OR k.known_until > current_setting('hub.known_at', true)::timestamptz)
    AND ${onTheListOf(`current_setting('hub.known_day', true)`)}`,
};

/** Published, begun, not over and not ended on a day. Days compare as texts. */
function onTheListOf(day: string): string {
  const value = (column: string): string => `(k.image ->> '${column}')`;
  return (
    `${value('published_on')} <= ${day} AND ${value('valid_from')} <= ${day} AND (${value('over_on')} IS NULL OR ${value('over_on')} > ${day}) ` +
    `AND (${value('ended_on')} IS NULL OR ${value('ended_on')} > ${day})`
  );
}

const asKnownGround = { zh: '认定机关回溯本机关名单在某日、某时所知的内容', en: 'an organ looks back at its own entries as of a day and as known at an instant', rows: ['B-38'], clauses: ['YZ-3.5b'] };

export const asKnownBoundaries: readonly Boundary[] = [
  { ...asKnownGround, form: 'operation', type: 'Query', fields: ['creditListAsKnown'], viewers: listingOrgans },
  {
    ...asKnownGround, form: 'operation', type: 'KnownListEntry', viewers: listingOrgans,
    fields: ['entryNo', 'list', 'ground', 'state', 'subjectName', 'subjectCode', 'validFrom', 'validTo', 'endedOn', 'knownFrom', 'knownUntil'],
  },
];

@ObjectType({ description: '某时所知的一条名单记录 · An entry as it was known at an instant.' })
export class KnownListEntry {
  @Field(() => ID, { description: '记录编号 · Number of the entry.' })
  entryNo!: string;

  @Field(() => CreditList, { description: '名单 · Which list.' })
  list!: string;

  @Field(() => String, { description: '列入事由代码 · Code of the ground.' })
  ground!: string;

  @Field(() => ListEntryState, { description: '当时所知的状态 · Where it stood, as known then.' })
  state!: string;

  @Field(() => String, { description: '主体名称 · Name of the subject.' })
  subjectName!: string;

  @Field(() => String, { nullable: true, description: '统一社会信用代码 · Unified social credit code.' })
  subjectCode!: string | null;

  @Field(() => LegalDate, { description: '有效期自 · First day on the list.' })
  validFrom!: string;

  @Field(() => LegalDate, { nullable: true, description: '有效期至 · Last day on the list; null for an entry without end.' })
  validTo!: string | null;

  @Field(() => LegalDate, { nullable: true, description: '移出日期，当时所知 · Day on which it left, as known then.' })
  endedOn!: string | null;

  @Field(() => DateTime, { description: '自何时如此记载 · Known so since.' })
  knownFrom!: Date;

  @Field(() => DateTime, { nullable: true, description: '至何时如此记载；现仍如此则为空 · Known so until; null where it is known so now.' })
  knownUntil!: Date | null;
}

@Resolver()
export class AsKnownOperation {
  @Query(() => [KnownListEntry], {
    nullable: true,
    description:
      `本机关名单在某日的内容，依某一时刻所知；至多 ${mostEntries} 条，按编号 · ` +
      `What this organ’s lists said of a day, as known at an instant; at most ${mostEntries}, by number.`,
  })
  async creditListAsKnown(
    @Arg('on', () => LegalDate, { description: '所问之日 · The day asked for.' }) on: string,
    @Ctx() context: OperationContext,
    @Arg('knownAt', () => DateTime, { nullable: true, description: '依此时所知；默认现在 · As known then; by default now.' }) knownAt?: Date | null,
    @Arg('first', () => Int, { nullable: true, description: '至多几条 · At most so many.' }) first: number | null = mostEntries,
    @Arg('after', () => ID, { nullable: true, description: '上一页末条的编号 · Number of the last entry of the page before.' }) after?: string | null,
  ): Promise<KnownListEntry[]> {
    const size = first ?? mostEntries;
    if (!isLegalDate(on) || size < 1 || size > mostEntries) {
      throw new GraphQLError(`日期须为真实日期，first 为 1 至 ${mostEntries} · A real date, and first from 1 to ${mostEntries}.`, {
        extensions: { code: 'BAD_USER_INPUT', nextStep: 'creditListAsKnown(on: "2026-11-22", first: 100)' },
      });
    }
    const { viewer, readers } = context;
    const [, rows = []] = await readers.run(viewer, [
      {
        statement: { name: 'as-known-settings', text: `SELECT set_config('hub.known_day', $1::text, true), set_config('hub.known_at', coalesce($2::text, clock_timestamp()::text), true), set_config('hub.known_after', $3::text, true)` },
        values: [on, knownAt?.toISOString() ?? null, after ?? ''],
      },
      {
        statement: { name: 'as-known', text: `SELECT * FROM shared.list_as_known__${viewer.principal.toLowerCase()} ORDER BY entry_no LIMIT $1::int` },
        values: [String(size)],
      },
    ]);
    context.noteRead(rows.length, [...new Set(rows.flatMap((row) => row[11] ?? []))]);
    return rows.map(([entryNo, list, ground, state, subjectName, subjectCode, validFrom, validTo, endedOn, knownFrom, knownUntil]) => ({
      entryNo: entryNo ?? '', list: list ?? '', ground: ground ?? '', state: state ?? '', subjectName: subjectName ?? '', subjectCode: subjectCode ?? null,
      validFrom: validFrom ?? '', validTo: validTo ?? null, endedOn: endedOn ?? null,
      knownFrom: new Date(knownFrom ?? ''), knownUntil: knownUntil === null || knownUntil === undefined ? null : new Date(knownUntil),
    }));
  }
}
