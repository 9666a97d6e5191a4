/** One question of the limit: a named statement that returns ready JSON text, and what stands around it. */
export interface Question {
  readonly statement: string;
  readonly text: string;
  readonly parameters: readonly string[];
  readonly before: string;
  readonly after: string;
}

type Pieces = readonly (readonly [name: string, json: string])[];

/** JSON of a column: codes and dates never need escaping, other text goes through to_json. */
const code = (column: string): string => `'"' || ${column} || '"'`;
const codeOrNull = (column: string): string => `coalesce('"' || ${column} || '"', 'null')`;
const text = (column: string): string => `to_json(${column})::text`;
const textOrNull = (column: string): string => `coalesce(to_json(${column})::text, 'null')`;

/** A JSON object as one chain of ||: neighbouring literals are one, which takes a tenth off a wide page. */
function object(pieces: Pieces): string {
  const members = pieces.map(([name, json], index) => `'${index === 0 ? '{' : ','}"${name}":' || ${json}`);
  return `${members.join(' || ')} || '}'`.replaceAll(`' || '`, '');
}

const array = (items: string, order?: string): string =>
  `'[' || coalesce(string_agg(${items}, ','${order === undefined ? '' : ` ORDER BY ${order}`}), '') || ']'`;

const basic: Pieces = [
  ['documentNo', text('p.document_no')],
  ['item', code('p.item')],
  ['certificateNo', textOrNull('p.certificate_no')],
  ['status', codeOrNull('p.status')],
  ['decidedOn', code('p.decided_on')],
  ['validFrom', codeOrNull('p.valid_from')],
  ['validTo', codeOrNull('p.valid_to')],
  ['location', code('p.location')],
];
const nameAndCode: Pieces = [['name', text('s.name')], ['uscc', codeOrNull('s.uscc')]];
const subject: Pieces = [...nameAndCode, ['kind', code('s.kind')]];
const holder: Pieces[number] = ['holder', object(subject)];
const decidedBy: Pieces[number] = ['decidedBy', object([['code', code('a.code')], ['nameZh', text('a.name_zh')]])];
const action = object([['action', code('action')], ['actedOn', code('acted_on')]]);
const actions: Pieces[number] = ['actions', `'[' || coalesce(x.list, '') || ']'`];
const newest = 'p.decided_on DESC, p.id DESC';

/** The actions of all permits of `p` in one scan of the index by an array of keys, one text per permit. */
const actionLists = `
  SELECT permit_id, string_agg(${action}, ',' ORDER BY acted_on, id) AS list FROM hub.permit_action
  WHERE permit_id = ANY (ARRAY(SELECT id FROM p)) GROUP BY permit_id`;

/*
 * The spellings were chosen by CPU of the PostgreSQL 18 backend over 400 arguments, interleaved, on a machine that did
 * other work too; they rank, they are no figures of a quiet machine (ms a page).
 *   W2, 50 permits: actions as one set by an array of keys 0.99 · correlated ARRAY() with || 1.39, with concat() 1.46 ·
 *       holder and bureau as scalar sub-selects 1.56.
 *   W3, 100 holders: permits ranked by a window over an array of keys 5.0 · LATERAL with LIMIT 5.5 · correlated ARRAY()
 *       for actions 6.1, also for permits 6.7, bureau as a scalar sub-select 7.4.
 *   W4, 1,000 permits: holder as a scalar sub-select, which keeps the order of the index, with || 8.5, with concat() 8.8 ·
 *       joined and sorted 9.5 to 10.7 · format() 10.1 · json_agg(row_to_json()) 10.4 · flat rows without JSON 6.4.
 */

/** W2 and its pages: the newest 50 that `condition` keeps. */
const page = (condition: string): string => `
  WITH p AS MATERIALIZED (
    SELECT * FROM hub.permit WHERE ${condition} ORDER BY decided_on DESC, id DESC LIMIT 50
  ), x AS (${actionLists})
  SELECT ${array(object([...basic, holder, decidedBy, actions]), newest)}
  FROM p JOIN hub.subject AS s ON s.id = p.holder_id JOIN hub.agency AS a ON a.code = p.decided_by
  LEFT JOIN x ON x.permit_id = p.id`;

const holdersOfDistrict = `
  WITH held AS (
    SELECT DISTINCT holder_id FROM hub.permit WHERE district = $1 AND holder_id > $2 ORDER BY holder_id LIMIT 100
  ), p AS MATERIALIZED (
    SELECT * FROM (
      SELECT id, document_no, item, status, decided_on, decided_by, holder_id,
             row_number() OVER (PARTITION BY holder_id ORDER BY decided_on DESC, id DESC) AS place
      FROM hub.permit WHERE holder_id = ANY (ARRAY(SELECT holder_id FROM held))) AS ranked
    WHERE place <= 5
  ), x AS (${actionLists}
  ), listed AS (
    SELECT p.holder_id, ${array(object([
      ['documentNo', text('p.document_no')],
      ['item', code('p.item')],
      ['status', codeOrNull('p.status')],
      ['decidedOn', code('p.decided_on')],
      decidedBy,
      actions,
    ]), 'p.place')} AS permits
    FROM p JOIN hub.agency AS a ON a.code = p.decided_by LEFT JOIN x ON x.permit_id = p.id GROUP BY p.holder_id
  )
  SELECT ${array(object([...subject, ['permits', object([['nodes', 'l.permits']])]]), 's.id')}
  FROM listed AS l JOIN hub.subject AS s ON s.id = l.holder_id`;

const widePage = `
  SELECT ${array(object([...basic, ['holder', `(SELECT ${object(nameAndCode)} FROM hub.subject AS s WHERE s.id = p.holder_id)`]]))}
  FROM (SELECT * FROM hub.permit WHERE district = $1 AND decided_on <= $2
        ORDER BY decided_on DESC, id DESC LIMIT 1000) AS p`;

const permits = { before: '{"data":{"permits":{"nodes":', after: '}}}' };

/** By path: the four workloads, and a page of a district's list behind a known permit (`npm run bench -- growth`). */
export const questions: ReadonlyMap<string, Question> = new Map([
  [
    '/W1',
    {
      statement: 'permit_by_number',
      parameters: ['documentNo'],
      text: `SELECT ${object([...basic, ['district', code('p.district')], holder, decidedBy])}
             FROM hub.permit AS p JOIN hub.subject AS s ON s.id = p.holder_id JOIN hub.agency AS a ON a.code = p.decided_by
             WHERE p.document_no = $1`,
      before: '{"data":{"permit":',
      after: '}}',
    },
  ],
  ['/W2', { ...permits, statement: 'newest_of_district', parameters: ['district', 'decidedTo'], text: page('district = $1 AND decided_on <= $2') }],
  [
    '/W3',
    {
      statement: 'holders_of_district',
      parameters: ['district', 'after'],
      text: holdersOfDistrict,
      before: '{"data":{"subjects":{"nodes":',
      after: '}}}',
    },
  ],
  ['/W4', { ...permits, statement: 'wide_page', parameters: ['district', 'decidedTo'], text: widePage }],
  [
    '/page',
    { ...permits, statement: 'page', parameters: ['district', 'decidedOn', 'id'], text: page('district = $1 AND (decided_on, id) < ($2, $3)') },
  ],
]);
