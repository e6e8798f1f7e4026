/**
 * Reads of byte ranges by the page. Always with a `Range` header: without one the webview's service worker would keep a copy of the
 * whole model in its cache (RUNTIME E.1).
 */
import { HeadlightError } from '../../model/errors.ts';

/** @throws HeadlightError `not-found` for a file that is gone, `read` for everything else that fails, `limit` for a range that leaves the file */
export async function readRange(uri: string, path: string, offset: number, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const response = await request(uri, path, `bytes=${offset}-${offset + length - 1}`);
  const bytes = await body(response, path);
  // A server may ignore the header and answer with the whole file.
  const range = response.status === 206 ? bytes : bytes.subarray(offset, offset + length);
  if (range.length !== length) {
    const found = `${path} ends early: bytes ${offset} to ${offset + length} were asked for, ${range.length} came`;
    throw new HeadlightError('limit', `${found}. The file changed since it was listed: open the model again.`);
  }
  return range.length === bytes.length ? bytes : range.slice();
}

async function request(uri: string, path: string, range: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(uri, { headers: { Range: range }, cache: 'no-store' });
  } catch (error) {
    throw new HeadlightError('read', `${path} could not be read (${wordsOf(error)}). Run again.`, { cause: error });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 404) {
    throw new HeadlightError('not-found', `${path} is no longer there: it was deleted or moved. Put it back, or choose another model.`);
  }
  if (response.status === 416) {
    throw new HeadlightError('limit', `${path} is shorter than it was when it was listed. Open the model again.`);
  }
  throw new HeadlightError('read', `${path} could not be read (status ${response.status}). Run again.`);
}

async function body(response: Response, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new HeadlightError('read', `Reading ${path} broke off (${wordsOf(error)}). Run again.`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
