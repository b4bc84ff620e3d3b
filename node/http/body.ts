import { isUtf8 } from 'node:buffer';
import { HttpProblem } from './problems.ts';
import type { IncomingMessage } from 'node:http';

/**
 * Reads a JSON body of at most `bytesMax` bytes. A few lines of our own: measured, the body parsers for koa cost more than the rest of an add together.
 *
 * Throws `unsupported-media-type`, `body-too-large`, `body-not-json`; rejects with {@link ClientGoneError} when the client went away.
 */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const { 'content-type': type, 'content-encoding': encoding } = request.headers;
  if (type === undefined || !isJson(type)) {
    const detail = 'the body must be sent as Content-Type: application/json, in UTF-8';
    throw new HttpProblem('unsupported-media-type', detail, [], { Accept: 'application/json' });
  }
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const detail = 'the body must be sent without a Content-Encoding';
    throw new HttpProblem('unsupported-media-type', detail, [], { 'Accept-Encoding': 'identity' });
  }
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  return parse(await readText(request, bytesMax));
}

function readText(request: IncomingMessage, bytesMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        request.removeAllListeners('data');
        reject(tooLarge(bytesMax));
      } else chunks.push(chunk);
    });
    request.on('end', () => {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      // Decoding would put U+FFFD in the place of what is no UTF-8, and that would be stored.
      if (isUtf8(body)) resolve(body.toString());
      else reject(new HttpProblem('body-not-json', 'the body is not UTF-8'));
    });
    const gone = (cause?: unknown): void =>
      reject(new ClientGoneError('the client closed the connection before the body was complete', { cause }));
    request.on('error', gone);
    request.on('close', () => {
      if (!request.complete) gone();
    });
  });
}

/** Nobody is there to be answered. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

function parse(text: string): unknown {
  if (text === '') throw new HttpProblem('body-not-json', 'the body is empty; JSON was expected');
  try {
    return JSON.parse(text);
  } catch (cause) {
    // V8 quotes the text around the mistake; the client sent it and may see it, up to a bound.
    const reason = cause instanceof Error ? cause.message.slice(0, 120) : '';
    throw new HttpProblem('body-not-json', `the body is not JSON: ${reason}`, [], {}, { cause });
  }
}

function isJson(type: string): boolean {
  if (type === 'application/json') return true;
  const [name, ...parameters] = type.toLowerCase().split(';');
  // JSON has no such parameter; who sends one shall not be misread.
  const charset = /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/;
  return (
    name?.trim() === 'application/json' &&
    parameters.every((parameter) => /^utf-?8$/.test(charset.exec(parameter)?.[1] ?? 'utf-8'))
  );
}

function tooLarge(bytesMax: number): HttpProblem {
  // What is left of the body is not read: the connection can't be used again.
  return new HttpProblem('body-too-large', `the body must have at most ${bytesMax} bytes`, [], {
    connection: 'close',
  });
}
