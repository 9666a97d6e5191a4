import type pg from 'pg';
import { BINHAI_DISTRICT, districts, freeTradeAreas, TIANJIN } from '../../src/measures/agencies.js';

/** Rows of a bench database. */
export interface BenchSize {
  readonly subjects: number;
  readonly permits: number;
  readonly actions: number;
}

/** Subjects, permits and actions always in the proportion 2 : 5 : 8, so that a page looks alike in every size. */
export function sizeOf(permits: number): BenchSize {
  return { subjects: Math.ceil(permits * 0.4), permits, actions: Math.ceil(permits * 1.6) };
}

/** 200,000 subjects, 500,000 permits, 800,000 actions: the size of the measured baselines the ratios are read against. */
export const benchSize = sizeOf(500_000);

/** First and last day of decision; lists are asked for pages that end on one of the last days. */
export const decisionDays = { first: '2017-01-01', last: '2026-10-31' } as const;

const tables = ['hub.subject', 'hub.permit', 'hub.permit_action'] as const;

/** `n` hashed to 0 … modulus - 1: the same rows on every machine, without the state and locks of random(). */
const pick = (salt: number, modulus: number | string, n = 'n'): string =>
  `abs(hashint8extended(${n}, ${salt}) % (${modulus}))`;

const textArray = (values: readonly string[]): string => `(ARRAY[${values.map((value) => `'${value}'`).join(', ')}])`;

const oneOf = (salt: number, values: readonly string[], n = 'n'): string =>
  `${textArray(values)}[1 + ${pick(salt, values.length, n)}]`;

const trades = ['人力资源服务', '劳务派遣', '人才咨询', '企业管理服务', '外包服务', '职业介绍', '信息科技', '物业管理'];
const words = ['津', '滨', '海', '河', '东', '西', '南', '北', '恒', '信', '达', '盛', '泰', '安', '华', '诚', '汇', '聚', '英', '才', '宏', '远', '瑞', '祥'];
const surnames = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙'];
const givenNames = ['伟', '芳', '娜', '秀英', '敏', '静', '建国', '丽华', '强', '磊', '洋', '艳'];
const codeLetters = '0123456789ABCDEFGHJKLMNPQRTUWXY'.split(''); // GB 32100: without I, O, S, V, Z

// Thirteen in a hundred are no organisations; natural persons have no credit code. Check characters are not computed:
// the codes have the length and alphabet of GB 32100 and belong to nobody.
const subjects = (size: BenchSize): string => `
  INSERT INTO hub.subject (id, kind, name, uscc) OVERRIDING SYSTEM VALUE
  SELECT n, kind,
         CASE kind
           WHEN 'NATURAL_PERSON' THEN ${oneOf(2, surnames)} || ${oneOf(3, givenNames)}
           ELSE '天津' || ${oneOf(4, words)} || ${oneOf(5, words)} || ${oneOf(6, words)} || ${oneOf(7, trades)}
                || CASE kind WHEN 'ORGANISATION' THEN '有限公司' ELSE '经营部' END
         END,
         CASE WHEN kind <> 'NATURAL_PERSON' THEN
           CASE kind WHEN 'ORGANISATION' THEN '91' ELSE '92' END || '1201' || lpad((n % 20)::text, 2, '0')
           || 'MA' || lpad(upper(to_hex(n)), 6, '0') || ${[8, 9, 10, 11].map((salt) => oneOf(salt, codeLetters)).join(' || ')}
         END
  FROM (SELECT n, CASE WHEN ${pick(1, 100)} < 87 THEN 'ORGANISATION'
                       WHEN ${pick(1, 100)} < 97 THEN 'HOUSEHOLD_BUSINESS'
                       ELSE 'NATURAL_PERSON' END AS kind
        FROM generate_series(1::bigint, ${size.subjects}) AS n) AS drawn`;

const otherDistricts = districts.map((district) => district.code).filter((code) => code !== BINHAI_DISTRICT);

// Three in ten lie in Binhai, of these four in ten in an area of the free-trade zone. Deciders: XT-3.1a/b, XT-3.2a/b/d
// for domestic applicants; legal authority: P02 at Binhai is entrusted and stays with the municipal bureau (A-09).
const permits = (size: BenchSize): string => `
  INSERT INTO hub.permit (id, jurisdiction, item, identifier_scheme, document_no, document_title, certificate_name,
                          certificate_no, permit_kind, holder_id, decided_by, legal_authority, location, district,
                          outcome, status, decided_on, valid_from, valid_to, content, legal_representative, updated_at)
    OVERRIDING SYSTEM VALUE
  SELECT n, '${TIANJIN}', item, 'CN-XKWSH',
         '津人社许〔' || extract(year FROM decided_on) || '〕' || lpad(n::text, 7, '0') || '号',
         CASE WHEN granted THEN '准予行政许可决定书' ELSE '不予行政许可决定书' END,
         CASE WHEN NOT granted THEN NULL WHEN item = 'P01' THEN '劳务派遣经营许可证' ELSE '人力资源服务许可证' END,
         CASE WHEN granted THEN '津' || district || lpad(n::text, 8, '0') END,
         '普通', holder_id, decider,
         CASE WHEN item = 'P02' AND decider = 'BINHAI_APPROVAL' THEN 'MUNI_HRSS' ELSE decider END,
         location, district,
         CASE WHEN granted THEN 'GRANTED' ELSE 'REFUSED' END,
         CASE WHEN NOT granted THEN NULL
              WHEN ${pick(28, 100)} < 2 THEN 'REVOKED'
              WHEN ${pick(28, 100)} < 8 THEN 'CANCELLED'
              WHEN item = 'P01' AND decided_on < date '2023-11-01' THEN 'INVALID'
              ELSE 'VALID' END,
         decided_on,
         CASE WHEN granted THEN decided_on END,
         CASE WHEN NOT granted THEN NULL WHEN item = 'P01' THEN (decided_on + interval '3 years')::date - 1
              ELSE date '2099-12-31' END,
         CASE WHEN item = 'P01' THEN '经营劳务派遣业务' ELSE '从事人力资源服务活动' END,
         ${oneOf(29, surnames)} || ${oneOf(30, givenNames)},
         timestamptz '2026-11-01 00:00:00+08'
  FROM (
    SELECT *, CASE WHEN location LIKE 'FTZ:%' THEN 'FTZ_' || substr(location, 5) || '_APPROVAL'
                   WHEN location = '${BINHAI_DISTRICT}' THEN 'BINHAI_APPROVAL' ELSE 'MUNI_HRSS' END AS decider
    FROM (
      SELECT n, 1 + ${pick(20, size.subjects)} AS holder_id,
             CASE WHEN ${pick(21, 100)} < 60 THEN 'P01' ELSE 'P02' END AS item,
             ${pick(22, 100)} < 94 AS granted,
             date '${decisionDays.first}'
               + (${pick(23, `(date '${decisionDays.last}' - date '${decisionDays.first}') + 1`)})::int AS decided_on,
             district,
             CASE WHEN district = '${BINHAI_DISTRICT}' AND ${pick(25, 100)} < 40
                  THEN ${oneOf(26, freeTradeAreas.map((area) => area.location))} ELSE district END AS location
      FROM (SELECT n, CASE WHEN ${pick(24, 100)} < 30 THEN '${BINHAI_DISTRICT}'
                           ELSE ${oneOf(27, otherDistricts)} END AS district
            FROM generate_series(1::bigint, ${size.permits}) AS n) AS placed
    ) AS drawn
  ) AS decided`;

const columnsOfPermit = 'p.id, p.jurisdiction, p.item, p.decided_by, p.district';
const actionColumns = 'id, permit_id, jurisdiction, item, decided_by, district, action, acted_on';

// Every decision has its first action; the rest fall on granted permits, so that some permits have none and some many.
const firstActions = `
  INSERT INTO hub.permit_action (${actionColumns}) OVERRIDING SYSTEM VALUE
  SELECT p.id, ${columnsOfPermit}, CASE p.outcome WHEN 'GRANTED' THEN 'GRANT' ELSE 'REFUSAL' END, p.decided_on
  FROM hub.permit AS p`;

const laterActions = (size: BenchSize): string => `
  INSERT INTO hub.permit_action (${actionColumns}) OVERRIDING SYSTEM VALUE
  SELECT ${size.permits} + n, ${columnsOfPermit},
         ${oneOf(41, ['CHANGE', 'ANNUAL_REPORT', 'ANNUAL_REPORT', 'BRANCH_FILING', 'RENEWAL'])},
         least(p.decided_on + 20 + (${pick(42, 400)})::int, date '2026-11-15')
  FROM (SELECT n, 1 + ${pick(40, '(SELECT count(*) FROM granted)')} AS rank
        FROM generate_series(1::bigint, ${size.actions - size.permits}) AS n) AS drawn
  JOIN granted USING (rank)
  JOIN hub.permit AS p ON p.id = granted.id`;

/**
 * Fills the registry of `owner`'s database with `size` rows, once: a database that carries the mark `version` is left as
 * it is. The hub's own triggers rest meanwhile, so the change log starts empty; foreign keys are checked. Agencies must
 * be there (migrate). Takes about a minute for 500,000 permits. Throws BENCH_NOT_EMPTY rather than touch foreign rows.
 */
export async function seed(owner: pg.Client, size: BenchSize, version: string, say: (line: string) => void): Promise<void> {
  await owner.query('CREATE SCHEMA IF NOT EXISTS bench');
  await owner.query('CREATE TABLE IF NOT EXISTS bench.seed (version text PRIMARY KEY)');
  const { rows } = await owner.query<{ version: string }>('SELECT version FROM bench.seed');
  if (rows[0]?.version === version) return;
  const { rowCount: strangers } = await owner.query('SELECT FROM hub.permit LIMIT 1');
  if (rows.length === 0 && strangers) {
    throw new Error('BENCH_NOT_EMPTY: this database holds permits the bench did not make; name an empty one in BENCH_DATABASE_URL');
  }
  say(`seeding ${size.subjects} subjects, ${size.permits} permits, ${size.actions} actions …`);
  await owner.query('BEGIN');
  for (const table of tables) await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await owner.query(`TRUNCATE bench.seed, ${tables.join(', ')} CASCADE`);
  await owner.query(subjects(size));
  await owner.query(permits(size));
  await owner.query(firstActions);
  await owner.query(`
    CREATE TEMPORARY TABLE granted ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY id) AS rank, id FROM hub.permit WHERE outcome = 'GRANTED'`);
  await owner.query(laterActions(size));
  for (const table of tables) {
    await owner.query(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}))`);
    await owner.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  }
  await owner.query('INSERT INTO bench.seed VALUES ($1)', [version]);
  await owner.query('COMMIT');
  for (const table of tables) await owner.query(`VACUUM (ANALYZE) ${table}`);
}
