import type { IncomingHttpHeaders } from 'node:http';
import { GraphQLError } from 'graphql';
import { isPurpose, purposes } from '../measures/purposes.js';
import type { Declared } from './viewer.js';

/** Case numbers go into the evidence as they are: one line, short; real ones have up to 40 characters. */
const caseForm = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

const nothing: Declared = { purpose: null, caseNo: null };

/**
 * Purpose and case number of a request, from the headers `x-concordat-purpose` and `x-concordat-case` (a case number
 * that is not ASCII is percent-encoded there) or from `extensions: {purpose, caseNo}` of a GraphQL request. Throws
 * GraphQLError PURPOSE_UNKNOWN for a purpose outside the controlled list and CASE_INVALID for an unfit case number:
 * what is declared is never dropped in silence.
 */
export function declaredBy(headers: IncomingHttpHeaders, extensions: unknown): Declared {
  const inBody = typeof extensions === 'object' && extensions !== null ? extensions : {};
  const purpose = oneOfTwo(headers['x-concordat-purpose'], 'purpose' in inBody ? inBody.purpose : undefined, unknownPurpose);
  const caseNo = oneOfTwo(decoded(headers['x-concordat-case']), 'caseNo' in inBody ? inBody.caseNo : undefined, invalidCase);
  if (purpose === null && caseNo === null) return nothing;
  if (purpose !== null && !isPurpose(purpose)) throw unknownPurpose();
  if (caseNo !== null && (!caseForm.test(caseNo) || caseNo.trim() === '')) throw invalidCase();
  return { purpose, caseNo: caseNo?.normalize('NFC').trim() ?? null };
}

/** What header or body declare; both may, when they say the same. */
function oneOfTwo(header: unknown, body: unknown, refusal: () => GraphQLError): string | null {
  const stated = [header, body].filter((value) => value !== undefined && value !== null);
  const [first, second] = stated;
  if (first === undefined) return null;
  if (typeof first !== 'string' || (second !== undefined && second !== first)) throw refusal();
  return first;
}

function decoded(header: unknown): unknown {
  if (typeof header !== 'string') return header;
  try {
    return decodeURIComponent(header);
  } catch {
    throw invalidCase();
  }
}

function unknownPurpose(): GraphQLError {
  const list = Object.entries(purposes).map(([code, { zh }]) => `${code}（${zh}）`).join('、');
  return new GraphQLError('用途不在清单内，或请求头与 extensions 所述不一 · The purpose is not on the list, or header and extensions differ.', {
    extensions: { code: 'PURPOSE_UNKNOWN', nextStep: `${list} · One of these codes.`, http: { status: 400 } },
  });
}

function invalidCase(): GraphQLError {
  return new GraphQLError('案号无效，或请求头与 extensions 所述不一 · The case number is unfit, or header and extensions differ.', {
    extensions: {
      code: 'CASE_INVALID',
      nextStep: '1 至 64 个字符，不含控制字符；请求头中的非 ASCII 字符须百分号编码 · 1 to 64 characters without control characters; percent-encode what is not ASCII in a header.',
      http: { status: 400 },
    },
  });
}
