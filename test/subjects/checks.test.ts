import { holderFindings, type HolderCells } from '../../src/subjects/identifiers/checks.js';

const company: HolderCells = { kind: 'ORGANISATION', name: '虚构劳务有限公司', uscc: '91120116MA0HUB014T' };

describe('KIND_PREFIX', () => {
  test.each<[HolderCells['kind'], string, boolean]>([
    ['ORGANISATION', '91120116MA0HUB014T', false],
    ['ORGANISATION', '92350212MA0HUB0655', true],
    ['ORGANISATION', '93120225MA0HUB049D', false],
    ['ORGANISATION', '52350203MJ0A00041P', false],
    ['HOUSEHOLD_BUSINESS', '92350212MA0HUB0655', false],
    ['HOUSEHOLD_BUSINESS', '91120116MA0HUB014T', true],
  ])('%s with %s: %s', (kind, uscc, isFinding) => {
    expect(holderFindings({ ...company, kind, uscc })).toEqual(isFinding ? [{ code: 'KIND_PREFIX', part: 'uscc' }] : []);
  });
});

describe('NAME_CHARS', () => {
  test.each(['虚构(天津)人力资源有限公司', '虚构（天津）有限公司', 'ACME Staffing, Inc.', '阿依古丽·买买提', "O'Brien & Söhne", '虚构１号店'])('%s is a name', (name) => {
    expect(holderFindings({ ...company, name })).toEqual([]);
  });
  test.each(['虚构*公司', '虚构公司#1', '<b>虚构</b>', '虚构\uFFFD公司', '虚构公司;DROP', '虚构😀公司', '虚构\n公司', '虚构\u200B公司'])('%j is refused', (name) => {
    expect(holderFindings({ ...company, name })).toEqual([{ code: 'NAME_CHARS', part: 'name' }]);
  });
});

test('A-60 ORGANISATION_CODE_DIFFERS where the organisation code is not the one inside the credit code', () => {
  const withCode = (value: string) => holderFindings({ ...company, identifiers: [{ scheme: 'ORGANISATION_CODE', value }] });
  expect(withCode('MA0HUB014')).toEqual([]);
  expect(withCode('758106933')).toEqual([{ code: 'ORGANISATION_CODE_DIFFERS', part: 'organisationCode' }]);
});

test('ORGAN_CODE_AS_HOLDER where the code of the deciding or delivering organ stands as the holder’s', () => {
  const organs = ['11120116MB1A000286'];
  expect(holderFindings(company, organs)).toEqual([]);
  expect(holderFindings({ ...company, uscc: '11120116MB1A000286' }, organs)).toEqual([{ code: 'ORGAN_CODE_AS_HOLDER', part: 'uscc' }]);
  const byCode: HolderCells = { ...company, uscc: null, identifiers: [{ scheme: 'ORGANISATION_CODE', value: 'MB1A00028' }] };
  expect(holderFindings(byCode, organs)).toEqual([{ code: 'ORGAN_CODE_AS_HOLDER', part: 'organisationCode' }]);
});
