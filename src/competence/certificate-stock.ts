import { GraphQLError } from 'graphql';
import { Arg, Ctx, Field, Float, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { OperationView } from '../boundary/operation-view.js';
import { certificateStock, type CertificateStock } from '../measures/certificate-number.js';
import { PermitItemCode } from '../permits/codes.js';
import type { OperationContext } from '../planner/context.js';

/** The supplier of the certificate's template and the bureaus that issue out of the series (XT-4.1.2b, XT-4.1.2c, B-22). */
export const certificateStockViewers = ['MUNI_HRSS', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'] as const;

/**
 * The database side: how many numbers of the series are given out, by all issuers together and for good. A number stays
 * used when its permit has ended, and one on a municipal certificate is used up as well. The bureaus learn the
 * total and no number.
 */
export const certificateStockView: OperationView = {
  name: 'certificate_stock',
  viewers: certificateStockViewers,
  policies: { 'hub.permit': `jurisdiction = 'CN-TJ' AND item = 'P01'` },
  reads: [],
  query: `  SELECT count(DISTINCT certificate_no) AS used FROM hub.permit
  WHERE jurisdiction = 'CN-TJ' AND item = 'P01' AND certificate_no IS NOT NULL AND certificate_no ~ '^1201[0-9]{4}$'`,
};

@ObjectType({ description: '证书编号使用情况 · How much of a series of certificate numbers is used up.' })
export class CertificateStockInfo implements CertificateStock {
  @Field(() => Int, { description: '已用编号数 · Numbers given out, by all issuers together.' })
  used!: number;

  @Field(() => Int, { description: '编号总数 · Numbers in the series.' })
  capacity!: number;

  @Field(() => Float, { description: '已用比例，0 至 1 · Share used, 0 to 1.' })
  share!: number;

  @Field(() => Boolean, { description: '已用九成及以上 · True from 90 % on (A-03).' })
  warning!: boolean;
}

@Resolver()
export class CertificateStockOperation {
  @Query(() => CertificateStockInfo, {
    nullable: true,
    description: '劳务派遣经营许可证编号（1201****）的使用情况 · Use of the certificate numbers of labour dispatch, a series of 10,000 (XT-4.1.2c, A-03).',
  })
  async certificateStock(
    @Arg('item', () => PermitItemCode, { description: '许可事项：P01 · Permit item: P01.' }) item: PermitItemCode,
    @Ctx() { viewer, readers }: OperationContext,
  ): Promise<CertificateStockInfo> {
    if (item !== 'P01') {
      throw new GraphQLError('只有劳务派遣经营许可证的编号成系列。 Only certificates of P01 are numbered in a series.', {
        extensions: { code: 'BAD_USER_INPUT', clauses: ['XT-4.1.2c'], nextStep: 'item: P01' },
      });
    }
    const [rows = []] = await readers.run(viewer, [
      {
        statement: { name: 'certificate-stock', text: `SELECT used::int FROM shared.certificate_stock__${viewer.principal.toLowerCase()}` },
        values: [],
      },
    ]);
    return certificateStock(Number(rows[0]?.[0] ?? 0));
  }
}

