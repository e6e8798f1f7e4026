/**
 * An expected failure: one sentence that says what, where, and what the user can do.
 *
 * Codes are stable, so that a caller decides by code and never parses the sentence.
 */
export type ErrorCode =
  | 'not-found' // a file is missing or was deleted meanwhile
  | 'read' // a file cannot be read
  | 'empty' // a file without content
  | 'format' // the bytes are not what the file's name says, or are malformed
  | 'limit' // a size in the file is beyond what is sensible or allowed
  | 'path' // a path leaves the model's folder
  | 'unsupported' // well-formed, but nothing here can run or show it
  | 'shape' // sizes that do not fit each other
  | 'input' // the model needs an input that nobody gave
  | 'tokenizer' // tokenizer missing, malformed or with an unknown component
  | 'too-long' // the text is longer than the model allows
  | 'memory' // out of memory
  | 'runtime' // the runtime failed in creating or running a session
  | 'cancelled'
  | 'disposed'
  | 'internal';

export class HeadlightError extends Error {
  override readonly name = 'HeadlightError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Any thrown value as a HeadlightError; one that is none yet gets `code` and `what` in front of its own words. */
export function asHeadlightError(error: unknown, code: ErrorCode, what: string): HeadlightError {
  if (error instanceof HeadlightError) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new HeadlightError(code, `${what}: ${words}`, { cause: error });
}
