import { internalError } from '../planner/safe-error.js';
import { errorAnswer, jsonType, type HttpAnswer } from './http-answer.js';
import { largestBody } from './request.js';

/* What the front itself answers, whatever was asked. */

export const bodyTooLarge = errorAnswer(413, 'BODY_TOO_LARGE', '请求体过大 · The body is too large.', `≤ ${largestBody} bytes`);

export const missingQuery = errorAnswer(400, 'BAD_USER_INPUT', '缺少 query · query is missing.', '{"query": "subscription { permitChanged { … } }"}');

/** RFC 6750: a refusal names the scheme. */
export const challenge: ReadonlyMap<string, string> = new Map([['www-authenticate', 'Bearer']]);

export const missingToken = errorAnswer(
  401,
  'TOKEN_MISSING',
  '缺少令牌 · A bearer token is missing.',
  'Authorization: Bearer <token>; hub token --agency CODE',
  challenge,
);

export const keysUnavailable = errorAnswer(
  503,
  'KEYS_UNAVAILABLE',
  '暂时无法核验令牌：取不到身份提供方的公钥 · Tokens cannot be verified now: the identity provider’s keys cannot be had.',
  '稍后重试；令牌无需更换 · Try again later; the token need not be changed.',
  new Map([['retry-after', '5']]),
);

export const boundaryOutdatedAnswer = errorAnswer(
  503,
  'BOUNDARY_OUTDATED',
  '数据边界自今日零时起已变更，枢纽须重新启动后方可答复 · The boundary has changed at midnight; the hub answers again once it is restarted.',
  '稍后重试 · Try again later.',
  new Map([['retry-after', '5']]),
);

export const notFound = errorAnswer(404, 'NOT_FOUND', '没有这个地址 · No such address.', 'POST /graphql');

export const alive: HttpAnswer = { status: 200, contentType: jsonType, body: '{"status":"alive"}\n' };

export const internalAnswer = errorAnswer(500, internalError.extensions.code, internalError.message, internalError.extensions.nextStep);
