import fc from 'fast-check';
import iconv from 'iconv-lite';
import { CellFault } from '../../../src/intake/cells/cell-fault.js';
import { parseCell, type CellParserName } from '../../../src/intake/cell-parsers.js';

const marks = new Set(['无', '/', '-']);

/** The value of a cell, or the code of its fault. */
function read(parser: CellParserName, cell: string): string | null {
  const outcome = parseCell(cell, parser, marks);
  return outcome instanceof CellFault ? outcome.code : outcome;
}

describe('dates', () => {
  test.each([
    ['2024/1/5', '2024-01-05'],
    ['2024-01-05', '2024-01-05'],
    ['2024.1.5', '2024-01-05'],
    ['20240105', '2024-01-05'],
    ['2024年1月5日', '2024-01-05'],
    ['2024 年 1 月 5 日', '2024-01-05'],
    ['２０２４年１月５号', '2024-01-05'],
    ['２０２４／０１／０５', '2024-01-05'],
    ['2024-01-05 00:00:00.0', '2024-01-05'],
    ['2024-01-05T15:30:00', '2024-01-05'],
    ['20240105093000', '2024-01-05'],
    ['45296', '2024-01-05'],
    ['45296.5', '2024-01-05'],
    ['25/12/2024', '2024-12-25'],
    ['12/25/2024', '2024-12-25'],
    ['5/5/2024', '2024-05-05'],
    ['', null],
    ['无', null],
    ['2024/2/30', 'DATE_INVALID'],
    ['2024-01-05 25:00', 'DATE_INVALID'],
    ['2024-1', 'DATE_INVALID'],
    ['1899-12-31', 'DATE_INVALID'],
    ['99999', 'DATE_INVALID'],
    ['昨天', 'DATE_INVALID'],
    ['5/1/2007', 'DATE_AMBIGUOUS'],
    ['24-1-5', 'DATE_AMBIGUOUS'],
    ['04/09/07 09:55:00', 'DATE_AMBIGUOUS'],
    ['240105', 'DATE_AMBIGUOUS'],
    ['2024-01-05T16:00:00Z', 'DATE_AMBIGUOUS'],
    ['2024-01-05T16:00:00+08:00', 'DATE_AMBIGUOUS'],
  ])('%p is %p', (cell, expected) => {
    expect(read('date', cell)).toBe(expected);
  });

  test.each([
    ['04/09/07 09:55:00', '2007-04-09'],
    ['5/1/2007', '2007-05-01'],
    ['12/31/69 00:00:00', '2069-12-31'],
    ['01/01/70 00:00:00', '1970-01-01'],
    ['13/01/2007', 'DATE_INVALID'],
    ['2007-05-01', 'DATE_INVALID'],
  ])('of the United States: %p is %p', (cell, expected) => {
    expect(read('usDate', cell)).toBe(expected);
  });

  test.each(['长期', '长期有效', '永久', '2099/12/31', '9999-12-31', '２０９９年１２月３１日'])('%p is without end', (cell) => {
    expect(read('endDate', cell)).toBe('2099-12-31');
  });

  test.each([
    ['2024/1/5 9:05', '2024-01-05 09:05:00'],
    ['2024年1月5日 09:05:06', '2024-01-05 09:05:06'],
    ['2024年1月5日9:05', '2024-01-05 09:05:00'],
    ['20240105090506', '2024-01-05 09:05:06'],
    ['45296.5', '2024-01-05 12:00:00'],
    ['2024-01-05', '2024-01-05 00:00:00'],
  ])('with a time: %p is %p', (cell, expected) => {
    expect(read('dateTime', cell)).toBe(expected);
  });

  test('every form of every day from 1950 to 2099 reads back as that day', () => {
    const day = fc.date({ min: new Date('1950-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true });
    const serialOrigin = Date.UTC(1899, 11, 30);
    fc.assert(
      fc.property(day, (instant) => {
        const iso = instant.toISOString().slice(0, 10);
        const [y = '', m = '', d = ''] = iso.split('-');
        const [month, ofMonth] = [Number(m), Number(d)];
        const serial = Math.round((Date.parse(iso) - serialOrigin) / 86_400_000);
        const forms = [iso, `${y}/${month}/${ofMonth}`, `${y}${m}${d}`, `${y}年${month}月${ofMonth}日`, String(serial)];
        for (const form of forms) expect(read('date', form)).toBe(iso);
        expect(read('usDate', `${m}/${d}/${y}`)).toBe(iso);
      }),
    );
  });
});

describe('numbers and amounts', () => {
  test.each<[CellParserName, string, string | null]>([
    ['number', '6.0000000000000000e+00', '6'],
    ['number', '1.5E-3', '0.0015'],
    ['number', '１，２３４．５０', '1234.5'],
    ['number', '-0.0', '0'],
    ['number', '27709 .61', '27709.61'],
    ['number', '27 709.61', '27709.61'],
    ['number', '1,5', 'NUMBER_INVALID'],
    ['number', '1,23,456', 'NUMBER_INVALID'],
    ['number', '5万', 'NUMBER_INVALID'],
    ['number', '1e400', 'NUMBER_INVALID'],
    ['integer', '6.0000000000000000e+00', '6'],
    ['integer', '6.5', 'NUMBER_INVALID'],
    ['amountYuan', '50000', '50000'],
    ['amountYuan', '¥50,000.00元', '50000'],
    ['amountYuan', '5万元', '50000'],
    ['amountYuan', '人民币伍万元', 'AMOUNT_INVALID'],
    ['amountYuan', '0.005', 'AMOUNT_INVALID'],
    ['amountYuan', '-1', 'AMOUNT_INVALID'],
    ['amountYuan', '27709 .61 元', '27709.61'],
    ['amountWan', '5', '50000'],
    ['amountWan', '0.000001', '0.01'],
    ['amountWan', '0.0000001', 'AMOUNT_INVALID'],
    ['amountWan', '50000元', '50000'],
    ['amountWan', '5.000000', '50000'],
    ['amountWan', '1.2亿元', '120000000'],
    ['boolean', '是', 'true'],
    ['boolean', 'n', 'false'],
    ['boolean', '也许', 'BOOLEAN_INVALID'],
  ])('%s of %p is %p', (parser, cell, expected) => {
    expect(read(parser, cell)).toBe(expected);
  });

  test('an amount in 万元 is ten thousand times the same amount in 元, to the fen', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (fen) => {
        const yuan = `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`;
        const wan = `${fen / 1_000_000n}.${String(fen % 1_000_000n).padStart(6, '0')}`;
        expect(read('amountWan', wan)).toBe(read('amountYuan', yuan));
      }),
    );
  });
});

describe('codes and names', () => {
  test.each<[CellParserName, string, string | null]>([
    ['code', '91120116ma0hub014t', '91120116MA0HUB014T'],
    ['code', '9.11201E+17', 'CODE_DAMAGED'],
    ['code', '9.1120116012345677E+17', 'CODE_DAMAGED'],
    ['verbatim', '1.20100E+11', 'CODE_DAMAGED'],
    ['text', '津人社许〔2019〕1号', '津人社许〔2019〕1号'],
    ['singleLine', '津人社许〔2019〕\n 1号', '津人社许〔2019〕1号'],
    ['name', '虚构劳务有限公司', '虚构劳务有限公司'],
    ['name', 'Fictitious Farm, Inc', 'Fictitious Farm, Inc'],
    ['name', '91120116MA0HUB014T', 'MISPLACED'],
    ['name', '2019/05/14', 'MISPLACED'],
    ['name', '12', 'MISPLACED'],
    ['text', '#N/A', 'CELL_ERROR'],
    ['text', '#1 门店', '#1 门店'],
    ['text', 'a\u0000b', 'TEXT_INVALID'],
    ['text', 'a\nb', 'a\nb'],
  ])('%s of %p is %p', (parser, cell, expected) => {
    expect(read(parser, cell)).toBe(expected);
  });
});

describe('garbled text', () => {
  // Common characters of the laws and of names of places and firms.
  const common = '天津市滨海新区人力资源和社会保障局行政审批许可决定书劳务派遣有限公司经营法定代表证件号码有效期自至备注普通登记核准';
  const phrase = fc.array(fc.nat(common.length - 1), { minLength: 3, maxLength: 30 }).map((places) => places.map((place) => common.charAt(place)).join(''));

  test('is told however it came about', () => {
    fc.assert(
      fc.property(phrase, (text) => {
        expect(read('text', text)).toBe(text);
        const misread = [
          iconv.decode(Buffer.from(text), 'gbk'),
          iconv.decode(Buffer.from(text), 'win1252'),
          Buffer.from(text).toString('latin1'),
          iconv.encode(text, 'gbk').toString('utf8'),
          iconv.encode(text, 'gbk').toString('latin1'),
        ];
        // Bytes of GBK that happen to be UTF-8 (注注源 is עעԴ) are a text like any other: nothing tells them apart.
        const isOtherText = misread[3]?.includes('\uFFFD') === false;
        if (isOtherText) misread.splice(3, 1);
        for (const garbled of misread) expect(['TEXT_GARBLED', 'TEXT_INVALID']).toContain(read('text', garbled));
      }),
    );
  });

  test.each(['锟斤拷', '虚构�公司', '鍏徃鍚嶇О', 'å…¬å¸', '¹«Ë¾Ãû³Æ'])('%p', (cell) => {
    expect(read('text', cell)).toBe('TEXT_GARBLED');
  });

  test.each(['阿不都·买买提', 'Müller & Söhne', '5×3 米', '鑫磊淼焱商贸', '㐂', '津'])('%p is not', (cell) => {
    expect(read('text', cell)).toBe(cell);
  });
});
