import { Arg, Ctx, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import type { KeyRing } from '../access/key-ring.js';
import type { NodeIds } from '../access/node-ids.js';
import type { OperationView } from '../boundary/operation-view.js';
import type { OperationBoundary } from '../boundary/declaration.js';
import { literal } from '../boundary/row-conditions.js';
import type { Purpose } from '../measures/purposes.js';
import { ServiceKey, type OperationContext } from '../planner/context.js';
import { permitSeals, subjectSeals } from './sealed-identifiers.js';

/**
 * Identity numbers of natural persons. They never stand in a list: the deciding bureau asks for those of one permit,
 * for a purpose and a case, and the evidence has both. They are stored sealed and opened for this answer alone.
 */
const viewers = ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'] as const;
const purposes: readonly Purpose[] = ['CASE_HANDLING', 'SUPERVISION', 'ENFORCEMENT'];

/** What opens identity numbers and ids of permits. */
export const personalSeals = new ServiceKey<{ readonly keyRing: KeyRing; readonly ids: NodeIds }>('personal seals');

const permit = `p.id = nullif(current_setting('hub.identity_permit', true), '')::bigint`;

/** The database side: seals of the permit named in a setting, if this bureau decided it and declared why it asks. */
export const personalIdentityView: OperationView = {
  name: 'personal_identity',
  viewers,
  policies: {
    'hub.permit':
      `jurisdiction = 'CN-TJ' AND decided_by = current_setting('hub.agency', true) ` +
      `AND current_setting('hub.purpose', true) IN (${purposes.map(literal).join(', ')})`,
  },
  reads: ['hub.subject_identifier', 'hub.permit_identifier'],
  query: `  SELECT 'HOLDER' AS role, i.scheme, i.sealed, ARRAY[i.subject_id::text, i.scheme, i.lookup] AS place, p.holder_id
  FROM hub.permit p JOIN hub.subject_identifier i ON i.subject_id = p.holder_id AND i.sealed IS NOT NULL WHERE ${permit}
  UNION ALL
  SELECT i.role, i.scheme, i.sealed, ARRAY[i.permit_id::text, i.role, i.scheme, i.lookup], p.holder_id
  FROM hub.permit p JOIN hub.permit_identifier i ON i.permit_id = p.id WHERE ${permit}`,
};

@ObjectType({ description: '一件证件的号码 · The number of one identity document.' })
export class PersonalIdentity {
  @Field(() => String, { description: '何人：HOLDER 被许可人，LEGAL_REPRESENTATIVE 法定代表人 · Whose: the holder’s or the legal representative’s.' })
  role!: string;

  @Field(() => String, { description: '证件类型 · Kind of document, for example CITIZEN_NO or PASSPORT.' })
  scheme!: string;

  @Field(() => String, { description: '证件号码 · The number, in full.' })
  number!: string;
}

@Resolver()
export class PersonalIdentityOperation {
  @Query(() => [PersonalIdentity], {
    nullable: true,
    description:
      '一件许可所涉自然人的证件号码；须声明用途与案号 · Identity numbers of the natural persons of one permit this bureau decided; empty for any other permit. Needs a declared purpose and a case number.',
  })
  async personalIdentities(
    @Arg('permit', () => ID, { description: '许可的全局标识 · Global id of the permit.' }) permitId: string,
    @Ctx() context: OperationContext,
  ): Promise<PersonalIdentity[]> {
    const { viewer, readers, services } = context;
    const { keyRing, ids } = services.get(personalSeals);
    const node = ids.decode(permitId);
    const [, rows = []] = await readers.run(viewer, [
      {
        statement: { name: 'identity-settings', text: `SELECT set_config('hub.identity_permit', $1::text, true)` },
        values: [node?.type === 'Permit' ? node.key : ''],
      },
      {
        statement: {
          name: 'personal-identity',
          // One column per part of the place: the subject or permit first, the look-up hash last.
          text: `SELECT role, scheme, sealed, array_to_string(place, '/'), holder_id FROM shared.personal_identity__${viewer.principal.toLowerCase()} ORDER BY role, scheme, sealed`,
        },
        values: [],
      },
    ]);
    context.noteRead(rows.length, rows.flatMap(([, , , , holder]) => holder ?? []));
    return rows.map(([role, scheme, sealed, place]) => {
      const parts = (place ?? '').split('/');
      const context = parts.length === subjectSeals.place.length ? subjectSeals.context(parts) : permitSeals.context(parts);
      return Object.assign(new PersonalIdentity(), { role, scheme, number: keyRing.decrypt(sealed ?? '', context) });
    });
  }
}

const identity: Omit<OperationBoundary, 'type' | 'fields'> = {
  form: 'operation',
  viewers,
  purposes,
  zh: '办理案件时，决定机关可查本机关许可所涉自然人的证件号码',
  en: 'for a case, the deciding bureau reads identity numbers of the persons of a permit it decided',
  rows: ['B-01', 'B-13'],
  clauses: ['XT-3.1b', 'XT-5.2.2a', 'XT-3.7b'],
};

export const personalIdentityBoundaries: readonly OperationBoundary[] = [
  { ...identity, type: 'Query', fields: ['personalIdentities'] },
  { ...identity, type: 'PersonalIdentity', fields: ['role', 'scheme', 'number'] },
];
