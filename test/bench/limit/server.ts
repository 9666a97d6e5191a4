import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { env, stdout } from 'node:process';
import pg from 'pg';
import { questions, type Question } from './questions.js';

/*
 * The limit: what an expert would write for exactly these questions. One named statement returns ready JSON text through
 * stock `pg`; bare `node:http` sends it on. No schema, no boundary, no log, no other question.
 *
 * Environment: DATABASE_URL, LIMIT_CONNECTIONS (default 4), LIMIT_PIPELINE (default 1; 0 = one query at a time).
 * Prints `ready <url>`; POST /W1 … /W4 with the variables of the workload as JSON.
 */

const clients = await Promise.all(
  Array.from({ length: Number(env['LIMIT_CONNECTIONS'] ?? 4) }, async () => {
    const client = new pg.Client({
      connectionString: env['DATABASE_URL'],
      pipeline: env['LIMIT_PIPELINE'] !== '0',
    });
    await client.connect();
    return client;
  }),
);

let turn = 0;

function nextClient(): pg.Client {
  turn = (turn + 1) % clients.length;
  const client = clients[turn];
  if (!client) throw new Error('LIMIT_CONNECTIONS must be at least 1');
  return client;
}

function send(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

function answer(question: Question, body: string, response: ServerResponse): void {
  const variables: unknown = JSON.parse(body);
  const given = new Map<string, unknown>(Object.entries(variables ?? {}));
  const query = {
    name: question.statement,
    text: question.text,
    values: question.parameters.map((name) => given.get(name)),
    rowMode: 'array' as const,
  };
  nextClient().query<[string]>(query, (error: Error | null, result) => {
    if (error as unknown) send(response, 500, JSON.stringify({ errors: [{ message: error?.message }] }));
    else send(response, 200, question.before + (result.rows[0]?.[0] ?? 'null') + question.after);
  });
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const question = questions.get(request.url ?? '');
  if (!question) {
    send(response, 404, '{}');
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    answer(question, body, response);
  });
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address() as AddressInfo;
  stdout.write(`ready http://127.0.0.1:${address.port}/\n`);
});
