import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessLog } from '../access/log/access-log.js';
import type { AccessRecord } from '../access/log/access-record.js';
import type { EvidenceKeys } from '../access/log/evidence-keys.js';
import type { Viewer } from '../access/viewer.js';
import { isPurpose } from '../measures/purposes.js';
import { byteRange, type ByteRange } from './byte-range.js';
import { contentTypes } from './export-format.js';
import type { ExportJob, ExportPage } from './export-job.js';
import type { RunParts } from './export-run.js';
import { manifestOf } from './export-manifest.js';
import { openRequest, type PageSeal } from './export-seal.js';
import { describe } from './prepared-export.js';

/** Addresses of exports: `/exports/<id>/data` and `/exports/<id>/manifest`. */
export const exportAddress = /^\/exports\/([^/]{1,64})\/(data|manifest)$/;

export interface DownloadParts extends RunParts {
  readonly accessLog: Pick<AccessLog, 'append'>;
  readonly evidenceKeys: EvidenceKeys;
  readonly clock: { now(): Date };
}

/** What every entry of one request says alike. */
type Evidence = Omit<AccessRecord, 'outcome' | 'status' | 'records' | 'subjects' | 'body' | 'startedAt' | 'executedAt'>;

/** A short answer of this address: an error, or a manifest. */
interface Short {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Hands files out. The hand-over is the release: the pages lie sealed until then, and of each page that goes out, in
 * whole or in part, an entry with its subjects and the digest of these bytes is durable first. A job of another agency
 * or viewer class is answered like one that does not exist.
 */
export class ExportDownload {
  readonly #parts: DownloadParts;

  constructor(parts: DownloadParts) {
    this.#parts = parts;
  }

  /** Answers one request. `ending` is aborted when token, boundary or hub end: the rest is fetched with another request. */
  async serve(request: IncomingMessage, response: ServerResponse, viewer: Viewer, path: string, receivedAt: number, ending: AbortSignal): Promise<void> {
    const evidence: Evidence = {
      viewer, purpose: viewer.purpose, caseNo: viewer.caseNo, document: null, operation: `${request.method ?? ''} ${path}`, plan: null,
      boundary: this.#parts.boundaryVersion, receivedAt,
    };
    const [, id = '', what] = exportAddress.exec(path) ?? [];
    if (request.method !== 'GET' && request.method !== 'HEAD') return this.#answer(response, evidence, methodNotAllowed);
    const job = id === '' ? null : await this.#parts.store.find(id, viewer);
    if (!job) return this.#answer(response, evidence, notFound);
    const { purpose, caseNo } = job;
    // Whoever fetches it does so for what it was asked for.
    const declared: Viewer = { ...viewer, purpose: isPurpose(purpose) ? purpose : null, caseNo };
    const known: Evidence = { ...evidence, viewer: declared, purpose, caseNo };
    if (job.state === 'EXPIRED' || (job.state === 'READY' && job.boundary !== this.#parts.boundaryVersion)) return this.#answer(response, known, expired);
    if (job.state !== 'READY') return this.#answer(response, known, notReady);
    const { request: asked, seal } = openRequest(this.#parts.keyRing, job.id, job.sealed);
    const { prepared, recordType, identity, documentHash } = await describe(this.#parts, asked, declared);
    const full: Evidence = { ...known, document: documentHash, plan: identity };
    if (what === 'manifest') {
      const { policy } = this.#parts.plannerParts;
      return this.#answer(response, full, { status: 200, body: manifestOf(job, asked, prepared, declared, policy, recordType, this.#parts.evidenceKeys) });
    }
    return this.#data(request, response, job, seal, full, ending);
  }

  async #data(request: IncomingMessage, response: ServerResponse, job: ExportJob, seal: PageSeal, evidence: Evidence, ending: AbortSignal): Promise<void> {
    const etag = `"${job.digest ?? ''}"`;
    const headers = {
      etag,
      'accept-ranges': 'bytes',
      // RFC 9530: of the whole file, also with a part of it.
      'repr-digest': `sha-256=:${Buffer.from(job.digest ?? '', 'hex').toString('base64')}:`,
    };
    if (names(request.headers['if-none-match'], etag)) return this.#answer(response, evidence, { status: 304, body: '', headers });
    const ifRange = request.headers['if-range'];
    const asked = ifRange === undefined || ifRange === etag ? byteRange(request.headers.range, job.bytes) : null;
    if (asked === 'none') return this.#answer(response, evidence, { ...unsatisfiable, headers: { ...headers, 'content-range': `bytes */${job.bytes}` } });
    const range = asked ?? { start: 0, end: job.bytes };
    const status = asked ? 206 : 200;
    const head = {
      ...headers,
      'content-type': contentTypes[job.format],
      'content-length': String(range.end - range.start),
      'content-disposition': `attachment; filename="export-${job.id}.${job.format.toLowerCase()}"`,
      'cache-control': 'no-store',
      ...(asked ? { 'content-range': `bytes ${range.start}-${range.end - 1}/${job.bytes}` } : {}),
    };
    if (request.method === 'HEAD' || range.start === range.end) {
      await this.#record(evidence, { outcome: 'ANSWERED', status, records: 0, subjects: [], body: '', startedAt: null, executedAt: null });
      response.writeHead(status, head).end();
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    let begun = false;
    for (let at = range.start; at < range.end; ) {
      const startedAt = this.#now();
      const page = await this.#parts.store.pageAt(job.id, at);
      // Told by the length that did not come: the rest is asked for by another request, with another token if need be.
      const over = !page || ending.aborted || startedAt >= evidence.viewer.expiresAt || response.destroyed;
      if (over && begun) {
        response.destroy();
        return;
      }
      if (over) return this.#answer(response, evidence, page ? again : expired);
      const bytes = slice(page, await seal.open(page.number, page.sealed), { start: at, end: range.end });
      await this.#record(evidence, { outcome: 'ANSWERED', status, records: page.records, subjects: page.subjects, body: bytes, startedAt, executedAt: this.#now() });
      if (!begun) response.writeHead(status, head);
      begun = true;
      if (!response.write(bytes)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
      at += bytes.length;
    }
    response.end();
  }

  async #answer(response: ServerResponse, evidence: Evidence, { status, body, headers }: Short): Promise<void> {
    const outcome = status < 400 ? 'ANSWERED' : 'REFUSED';
    await this.#record(evidence, { outcome, status, records: 0, subjects: [], body, startedAt: null, executedAt: null });
    if (response.destroyed) return;
    const described = status === 304 ? {} : { 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(body)) };
    response.writeHead(status, { ...headers, ...described, 'cache-control': 'no-store' }).end(body);
  }

  #record(evidence: Evidence, of: Omit<AccessRecord, keyof Evidence>): Promise<void> {
    return this.#parts.accessLog.append({ ...evidence, ...of });
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}

function slice(page: ExportPage, plain: Buffer, { start, end }: ByteRange): Buffer {
  return plain.subarray(start - page.start, Math.min(end - page.start, plain.length));
}

function names(header: string | undefined, etag: string): boolean {
  return header === '*' || (header ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}

function refusal(status: number, code: string, message: string, nextStep: string, headers: Readonly<Record<string, string>> = {}): Short {
  return { status, body: JSON.stringify({ errors: [{ message, extensions: { code, nextStep } }] }), headers };
}

const notFound = refusal(404, 'NOT_FOUND', '没有这个地址 · No such address.', 'exportJobs { nodes { id data } }');
const methodNotAllowed = refusal(405, 'METHOD_NOT_ALLOWED', '此地址只支持 GET 与 HEAD · Only GET and HEAD are served here.', 'GET', { allow: 'GET, HEAD' });
const notReady = refusal(409, 'EXPORT_NOT_READY', '导出尚未完成，或未能完成 · The export is not complete, or has failed.', 'exportJob(id) { state error { code } }');
const expired = refusal(410, 'EXPORT_EXPIRED', '导出文件已过期，或数据边界已变更 · The file has expired, or the boundary has changed since.', '重新请求导出 · requestExport');
const again = refusal(503, 'HUB_STOPPING', '令牌失效或枢纽正在停止 · The token ended, or the hub is stopping.', '以有效令牌重试 · Try again with a token that counts.', { 'retry-after': '5' });
const unsatisfiable = refusal(416, 'RANGE_NOT_SATISFIABLE', '所求范围超出文件 · The range lies behind the end of the file.', 'HEAD: content-length');
