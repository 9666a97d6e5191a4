import { existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Receiver } from '../webhooks/receiver.js';
import { cutHalfLine } from './line-file.js';

/**
 * A partner's receiver of webhooks, to be killed: keeps every change as a line of `frames-webhook` before it answers.
 * Arguments: a folder; it holds `receiver-port` once it listens, and `receiver-key` (id and secret) once there is one.
 */
const [folder = ''] = process.argv.slice(2);
const file = path.join(folder, 'frames-webhook');
const portFile = path.join(folder, 'receiver-port');
const keyFile = path.join(folder, 'receiver-key');

cutHalfLine(file);
const output = openSync(file, 'a');
// The port of the first one: the name leads there for good.
const receiver = await Receiver.start(existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0);
const takeKey = (): void => {
  if (!existsSync(keyFile)) return void setTimeout(takeKey, 20); // the webhook is not registered yet
  const [id = '', secret = ''] = readFileSync(keyFile, 'utf8').split(' ');
  receiver.keys.set(id, secret);
};
takeKey();
receiver.answer = ({ type, text, signedBy }) => {
  if (type !== 'permitChanged') return 204;
  if (signedBy.length !== 1) return 500;
  // In two parts, so that a kill can leave half a line.
  writeSync(output, text.slice(0, 40));
  writeSync(output, `${text.slice(40)}\n`);
  return 204;
};
writeFileSync(`${portFile}.new`, String(receiver.port));
renameSync(`${portFile}.new`, portFile);
