import { SaxesParser } from 'saxes';
import { IntakeError } from '../intake-error.js';
import { malformedXlsx } from './refusals.js';

/** What is told while XML is read. Names come without their namespace prefix. */
export interface XmlHandler {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

/** A table program lets a cell hold 32,767 characters; more XML than this between two tags is an attack on memory. */
const longestRun = 2_000_000;

/**
 * Reads XML as it arrives and yields the handler after each chunk, so that the caller can take what it has gathered. A
 * document type declaration is refused: none of the formats has one. Throws IntakeError IMPORT_XLSX_MALFORMED.
 */
export async function* readXml<H extends XmlHandler>(chunks: AsyncIterable<Buffer>, handler: H): AsyncGenerator<H> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = new SaxesParser();
  let run = 0;
  parser.on('error', (error) => {
    throw malformedXlsx(error);
  });
  parser.on('doctype', () => {
    throw malformedXlsx(new Error('A document type declaration.'));
  });
  parser.on('opentag', ({ name, attributes }) => {
    run = 0;
    handler.open(localName(name), attributes);
  });
  parser.on('text', (text) => handler.text(text));
  parser.on('cdata', (text) => handler.text(text));
  parser.on('closetag', ({ name }) => {
    run = 0;
    handler.close(localName(name));
  });
  try {
    for await (const chunk of chunks) {
      run += chunk.length;
      parser.write(decoder.decode(chunk, { stream: true }));
      if (run > longestRun) throw malformedXlsx(new Error('An endless piece of text.'));
      yield handler;
    }
    parser.write(decoder.decode());
    parser.close();
  } catch (cause) {
    throw cause instanceof IntakeError ? cause : malformedXlsx(cause);
  }
  yield handler;
}

/** Reads a small part to its end. */
export async function readWholeXml(chunks: AsyncIterable<Buffer>, handler: XmlHandler): Promise<void> {
  const reading = readXml(chunks, handler);
  while ((await reading.next()).done !== true) continue;
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}
