import { appendFileSync, closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { createClient } from 'graphql-ws';
import { EventStream } from './event-stream.js';
import { cutHalfLine, LineFile } from './line-file.js';

/**
 * A partner's subscriber, started by the kill test as a process of its own so that it can be killed: keeps every frame
 * as a line of `frames` and, whenever it starts or has lost the stream, resumes from the cursor of the last complete
 * line. Arguments: a folder (it holds `url`, the present address of the hub), a token, the transport (`sse` or `ws`); over
 * WebSocket the file is `frames-ws`.
 */
const [folder = '', token = '', transport = 'sse'] = process.argv.slice(2);
const file = path.join(folder, transport === 'ws' ? 'frames-ws' : 'frames');
const query = `subscription ($after: String) {
  permitChanged(after: $after) { kind number cursor documentNo permit { certificateNo holder { name } } }
}`;

/** Cuts what was written of a line when the last process was killed, and returns the last cursor. */
function lastCursor(): string | null {
  cutHalfLine(file);
  const [line = ''] = new LineFile(file).tail().trimEnd().split('\n').slice(-1);
  return /"cursor":"([^"]+)"/.exec(line)?.[1] ?? null;
}

async function follow(): Promise<void> {
  const after = lastCursor();
  const url = readFileSync(path.join(folder, 'url'), 'utf8');
  const stream = await EventStream.open(url, token, query, { after });
  if (stream.response.status !== 200) return;
  const output = openSync(file, 'a');
  try {
    for (let frame = await stream.next(); frame?.event === 'next'; frame = await stream.next()) {
      const code = /^\{"errors":.*"code":"(\w+)"/.exec(frame.data)?.[1];
      if (code !== undefined) {
        appendFileSync(path.join(folder, 'errors'), `${code}\n`);
        return;
      }
      // In two parts, so that a kill can leave half a line.
      writeSync(output, frame.data.slice(0, 40));
      writeSync(output, `${frame.data.slice(40)}\n`);
    }
  } finally {
    closeSync(output);
    stream.close();
  }
}

/** The same over WebSocket, by the real client; it is not left to reconnect by itself, for it would not know the cursor. */
async function followOverWebSocket(): Promise<void> {
  const after = lastCursor();
  const url = readFileSync(path.join(folder, 'url'), 'utf8').replace(/^http/, 'ws');
  const client = createClient({ url, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
  const output = openSync(file, 'a');
  try {
    for await (const result of client.iterate({ query, variables: { after } })) {
      const [error] = result.errors ?? [];
      if (error) {
        appendFileSync(path.join(folder, 'errors'), `${String(error.extensions?.['code'])}\n`);
        return;
      }
      const body = JSON.stringify(result);
      writeSync(output, body.slice(0, 40));
      writeSync(output, `${body.slice(40)}\n`);
    }
  } finally {
    closeSync(output);
    await client.dispose();
  }
}

for (;;) {
  await (transport === 'ws' ? followOverWebSocket() : follow()).catch(() => undefined);
  await delay(30); // between attempts to reconnect
}
