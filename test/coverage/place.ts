/** Where the table of coverage lies. */
export const COVERAGE = new URL('../../docs/COVERAGE.md', import.meta.url).pathname;
