import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { TokenRefused } from '../../access/claims.js';
import type { LocalIssuer } from '../../access/local-issuer.js';
import { errorAnswer, jsonType, type HttpAnswer } from '../http-answer.js';

/** Where the page asks for a token of the local issuer. Exists only where there is one. */
export const localTokenPath = '/local/token';

const asked = z.strictObject({ agency: z.string().max(100), role: z.string().max(100).nullable().optional() });

/** A question names an agency and a role; anything longer is none. */
const largestQuestion = 1024;

/**
 * Whether a request comes from this machine and from a page of it: the peer address and the name in `Host` are both
 * loopback (a name alone could be anybody's that resolves to 127.0.0.1), and nothing says that a proxy passed it on, whose
 * own address would be all the hub sees.
 */
export function fromThisMachine(request: IncomingMessage): boolean {
  const peer = request.socket.remoteAddress ?? '';
  const { headers } = request;
  return (
    /^(?:::ffff:)?127\.|^::1$/.test(peer) &&
    /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(headers.host ?? '') &&
    headers.forwarded === undefined &&
    headers['x-forwarded-for'] === undefined &&
    headers['x-real-ip'] === undefined &&
    headers.via === undefined
  );
}

/** Whether a browser would say that another site sent this: fetch metadata or the origin differ from the page's own. */
function fromAnotherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return (site !== undefined && site !== 'same-origin') || (headers.origin !== undefined && headers.origin !== `http://${headers.host ?? ''}`);
}

/**
 * Answers `POST {"agency": CODE, "role"?: ROLE}` with `{"token"}`. Refuses callers of other machines (403 LOCAL_ONLY),
 * other sites (403 CROSS_SITE), other forms (400, 405, 413, 415) and unknown agencies (400 TOKEN_REFUSED).
 */
export async function localToken(request: IncomingMessage, issuer: LocalIssuer): Promise<HttpAnswer> {
  if (!fromThisMachine(request)) return localOnly;
  if (request.method !== 'POST') return wrongMethod;
  if (fromAnotherSite(request)) return crossSite;
  // A form of another page can send text, never JSON, without asking first.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return wrongType;
  const length = Number(request.headers['content-length'] ?? Infinity);
  if (!(length <= largestQuestion)) return tooLarge;
  const question = asked.safeParse(await json(request).catch(() => undefined));
  if (!question.success) return badQuestion;
  try {
    const token = await issuer.issue(question.data.agency, question.data.role ?? null);
    return { status: 200, contentType: jsonType, body: JSON.stringify({ token }) };
  } catch (error) {
    if (error instanceof TokenRefused) return errorAnswer(400, 'TOKEN_REFUSED', error.message, 'hub agencies');
    throw error;
  }
}

const form = `POST ${localTokenPath} {"agency": "BINHAI_HRSS"}`;

const localOnly = errorAnswer(403, 'LOCAL_ONLY', '本地身份仅供本机使用 · Local identities are for callers on this machine only.', 'hub token --agency CODE');
const crossSite = errorAnswer(403, 'CROSS_SITE', '来自其他网站的请求 · The request comes from another site.', form);
const wrongMethod = errorAnswer(405, 'METHOD_NOT_ALLOWED', '请用 POST · Use POST.', form);
const wrongType = errorAnswer(415, 'BAD_USER_INPUT', '请用 JSON · Send JSON.', 'content-type: application/json');
const tooLarge = errorAnswer(413, 'BODY_TOO_LARGE', '请求体过大或未注明长度 · The body is too large or has no length.', `≤ ${largestQuestion} bytes`);
const badQuestion = errorAnswer(400, 'BAD_USER_INPUT', '请求体不符合格式 · The body has another form.', form);
